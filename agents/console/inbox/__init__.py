"""How messages come in: by the API, signed webhooks, mailbox files and tables.

Others use `receiving`, which finds the case of a message; the rest reads one form each.
"""
