"""A report as something to read: an HTML page, and Markdown.

Others use `report_page` (`page`) and `report_markdown` (`markdown`); all that both say is in `page`.
"""
