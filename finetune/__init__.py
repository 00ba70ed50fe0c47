"""Training adapters from the tasks that prompting uses, and measuring them.

Other rooms use `pipeline.finetune`, `config.FinetuneConfig` (or `config_file.make_config`) and `rows.dataset.Lesson`.
All else is for this room, and its floors name what they give each other.
"""
