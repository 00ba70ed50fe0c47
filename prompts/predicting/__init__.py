"""Tasks that ask about the future, made from tables.

`questions` are their words, `folder` is their task folder, `rows` are their labelled rows, `looking` is a first look at
them. Others use `making`.
"""
