"""A suite: tasks, data, arms and options of an evaluation, read, run and scored; and finished ones compared.

Others use `config.make_suite`, `run.evaluate` and `comparing`.
"""
