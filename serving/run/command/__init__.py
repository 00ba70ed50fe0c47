"""`fewsight run` and `fewsight prompt`: their options, what they print, and options from a file.

Others use `options` for commands that read a table or ask as a run does, and `cli` for `open_table`.
"""
