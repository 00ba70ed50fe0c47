"""How shots are chosen; others use `fewsight.prompts.selection.selectors`."""
