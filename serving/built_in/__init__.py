"""The adapter that comes with the embedded model; made by `python -m fewsight.finetune.recipes.built_in`."""
