"""What happens in the sample shop: natures, plots, scenes and the story that they make."""
