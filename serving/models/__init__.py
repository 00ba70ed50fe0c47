"""All that stands on disk before an engine starts: models, tokenizers, adapters, and the number types of this machine.

Others use `names` (a name to a model folder), `tokenizer`, `adapters`, `dtype` and `embeddings`.
"""
