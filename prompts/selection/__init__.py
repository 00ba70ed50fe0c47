"""How shots are chosen; `fewsight.prompts.selection.selectors` is the door."""
