"""How a report is shown: its sentences, tables and charts, as a page, as Markdown, and as logs of inspect_ai.

Others use `write.write_reports` and `sentences`. What a report holds is `fewsight.evals.model`.
"""
