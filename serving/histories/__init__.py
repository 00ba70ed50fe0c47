"""`fewsight histories`: how a table is understood; `fewsight facts`: what code knows of every customer.

Nothing here is used elsewhere but the commands, `fewsight.serving.histories.cli` and `facts_cli`.
"""
