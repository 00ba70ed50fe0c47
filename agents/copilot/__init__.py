"""The copilot: the moves that policy leaves to a support agent for one customer, and the log of what was done.

Others use `store` (log and customer state in one file), `tools`, `policy`, and `acting`, which judges and acts.
"""
