"""Rows to events: cells cleaned, what whole columns tell, and readers of kinds, authors and money. Others use `rows`."""
