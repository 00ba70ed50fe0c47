"""Customers that were written one by one, each author's in a file of its own: what the built-in answers learn from.

All are made up. A line is a JSON object: `id`, `author`, `language`, `business`, then `as_of` (a date: the end of that
day), `profile` and `events` (`time`, `kind`, and where known `channel`, `product`, `text`, `amount` in units and
`currency`), then the labels, each with the numbers (from 1) of the events that show it: `intent.label` (null: nothing
was asked), `sentiment.overall` and `sentiment.aspects` (those mentioned), `churn_reason.label` and `summary`,
`persona.traits` (those known, with their basis) and `summary`. A message alone has one event without a time, no
`as_of`, and the labels of intent and sentiment. `fewsight.finetune.recipes.written` reads them.
"""
