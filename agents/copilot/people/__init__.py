"""What people decide: moves that are suggested to them, approved with time to undo, and sent through an outbox.

Others use `suggesting`, which writes suggestions into the log; `approving`, what a person does with them; `board`,
which keeps all cases folded; and `outbox`, what leaves.
"""
