"""A run that is brought up to date when its table has grown: what is frozen anew, and whose answers still stand.

Others use `run_file` (run.json), `standing` (who is asked again), and `silence` (how long a customer's moment holds).
"""
