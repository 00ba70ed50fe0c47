"""Tasks, templates, budgets, shots and schemas: everything that makes a prompt."""
