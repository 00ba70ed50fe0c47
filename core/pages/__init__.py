"""The page kit: cards, charts, formats, one template environment and one style for every page that is written."""
