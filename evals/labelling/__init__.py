"""Labelled rows by hand: which rows to label next (`proposing`), and a page to label them on (`page/`).

Others use `proposing.propose`; `choosing` and `committee` are how it chooses, `rows` says which rows of a table are not
labelled yet, `labels_file` keeps the labels.
"""
