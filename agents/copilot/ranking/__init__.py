"""Which of the legal moves is the likeliest, learned from moves that were right, without a language model.

Others use `ranker`, which a copilot takes beside or in place of the model's own scores; `fitting` makes one from rows.
"""
