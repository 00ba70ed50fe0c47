"""What risks mean: `thresholds` hold a rate of false alarms, `choosing` keeps the budget, `drift` tests what has moved.

Others in this room use all three.
"""
