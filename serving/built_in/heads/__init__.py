"""Heads that answer closed fields together with the built-in adapter: data alone."""
