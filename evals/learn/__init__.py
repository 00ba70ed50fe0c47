"""`fewsight learn`: from labelled rows to an answerer, by a ladder of arms from the cheapest on.

Others use `ladder.learn`; the command is `cli`.
"""
