"""`fewsight predict`: questions about the future, made from tables. What it does stands in `prompts.predicting`."""
