"""One question to a run, answered by a typed statistic of a group of customers, or not at all.

`understanding` chooses the statistic and the group, `answering` computes them. Others use `ask` (`answering`).
"""
