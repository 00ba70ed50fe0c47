"""Topics: groups of sentences that customers wrote, found by their embeddings, named, and known again in later runs.

`sentences` collects, `clusters` finds, `naming` names and applies the name back, `registry` remembers, `rates` tells
spikes. Only `kinds.voice` uses them.
"""
