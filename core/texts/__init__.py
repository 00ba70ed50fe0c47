"""Texts of histories without a language model: what a classic model reads, classic models, and careless typing.

Every module may be used by every room: evaluations, training and agents read and change texts alike.
"""
