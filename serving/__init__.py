"""Engines, models, the prefix plan and the batch runner."""
