"""What a report of each kind counts, and what it shows around its claims: a file for each kind.

`building` calls `churn_report`, `segment_report` and `change_report`. All of them search the same claims, over other
groups.
"""
