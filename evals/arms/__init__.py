"""Ways to answer a task: baselines, prompts, adapters and cascades, behind one seam."""
