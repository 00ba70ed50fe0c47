"""Labelled rows by hand: which rows to label next (`choosing`, `committee`), and a page to label them on (`page/`).

Others use `choosing.next_rows`; `rows` says which rows of a table are not labelled yet, `labels_file` keeps the labels.
"""
