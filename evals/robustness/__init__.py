"""Changes of test rows that should not change an answer, and how often they do. Others use `perturb` and `flips`."""
