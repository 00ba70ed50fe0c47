"""Labelled rows: read from files, split, shown as shots. Training, evaluation and prompts read the same rows here."""
