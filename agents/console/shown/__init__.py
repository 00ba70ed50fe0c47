"""Pages: templates, style and script, and what a case looks like in them."""
