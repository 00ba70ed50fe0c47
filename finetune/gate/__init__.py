"""What an adapter must show before it serves: figures on held-back rows, and parity with every engine.

`measuring.measure` is the whole of it for a training; `scoring.believe` gives label probabilities of rows, by an
engine or by a model in memory. `cli` holds `fewsight adapters`.
"""
