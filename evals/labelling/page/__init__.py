"""The page of `fewsight label serve`: who labels what (`session`), what is shown of it, and the server around it.

Others use `serve.serve`. The browser gets masked histories; what it sends is checked like any labelled row.
"""
