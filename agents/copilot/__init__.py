"""The copilot: the moves that policy leaves to a support agent for one customer, and the log of what was done.

Others use `copilot`, one step of a case at a time; `store` (log and customer state in one file), `tools` and `policy`,
which it is made of; and `acting`, which judges and acts without a model.
"""
