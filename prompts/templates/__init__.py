"""Templates that tasks without templates of their own share."""
