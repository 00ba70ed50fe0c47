"""Names to model folders, tokenizers, adapters and number types: all that stands on disk before an engine starts."""
