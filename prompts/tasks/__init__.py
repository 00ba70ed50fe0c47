"""The built-in tasks: a folder each, with the same small files."""
