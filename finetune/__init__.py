"""Training LoRA adapters from the tasks that prompting uses. Built after the spine."""
