"""Labelled rows as training sequences: the very tokens that are served, and which of them carry loss.

`data.load_data` reads a `dataset.Lesson`; `batches` cuts a `dataset.Dataset` into steps and tensors.
"""
