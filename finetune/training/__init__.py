"""The training loop and what it stands on: LoRA or whole layers, loss, checkpoints.

`pipeline` and `search` use it; whoever wants to watch a training or end it early passes a `loop.Observer`.
"""
