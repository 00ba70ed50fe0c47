"""Parts of answerers over facts and profiles: `columns` are what they read, `models` how these become probabilities,
`part` is the part. Evaluations fit them.
"""
