"""What an alert shows: `facts` as numbers, `alerts` with events, facts, what changed and what is at stake.

Others in this room use both.
"""
