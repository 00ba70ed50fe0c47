"""Articles of the worked example."""
