"""Rows to events: cells cleaned, what columns tell, readers of kinds, authors and money. Others use `rows`."""
