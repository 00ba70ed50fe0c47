"""A copilot's folder: read, checked, started, and the worked example that `fewsight copilot init` writes.

Others use `folder`.
"""
