"""A suite: tasks, data, arms and options of an evaluation, read, run and scored."""
