"""Who may ask a server of ours, and what every answer of it carries: tokens with scopes, sessions, limits, headers.

Others use `tokens` and `sessions` (one private file for both), `limits`, `signatures` of webhooks, and `shield`, which
stands before an app.
"""
