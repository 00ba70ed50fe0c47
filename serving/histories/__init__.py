"""`fewsight histories`: how a table is understood, before anything is asked about it.

Nothing here is used elsewhere but the command, `fewsight.serving.histories.cli`.
"""
