"""Labelled rows as training sequences: the very tokens that are served, and which of them carry loss."""
