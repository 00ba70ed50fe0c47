"""The kinds of arms, one in each file: its word, its options, how it answers, and how it is described.

A new kind is a new file here, or a module of an installed package that an entry point of the group `fewsight.arms`
names.
"""
