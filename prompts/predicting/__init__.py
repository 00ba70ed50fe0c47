"""Tasks that ask about the future, made from tables.

`questions` are their words, `folder` is their task folder, `asked` says who was asked, `rows` are their labelled rows,
`looking` is a first look at them. Others use `making` and `asked`.
"""
