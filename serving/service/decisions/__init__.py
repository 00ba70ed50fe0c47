"""Typed questions (yes or no, choice, score) about a text, in the forms of hosted decision models.

Others use `types` for what is sent; the app uses `routes`.
"""
