"""Recipes that train what ships with fewsight, one file each."""
