"""The training loop and what it stands on: LoRA or whole layers, loss, checkpoints, the work folder."""
