"""How shots are chosen; `fewsight.prompts.selectors` is the door."""
