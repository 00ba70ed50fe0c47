"""Claims: groups of customers times shares, searched with false discoveries controlled.

Kinds of reports make a `Frame` of `Measure`s and `Scope`s, `search` it, and
`kinds.saying` turns what is kept into claims.
Nothing here knows what a kind of report is about.
"""
