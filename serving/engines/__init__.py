"""What runs a prompt. `base` is the seam, `registry` starts an engine by name; each folder beside holds one engine."""
