"""Runs that an answerer's folder says how to answer.

`following` takes the prompt and model of its language model, `opinions` what its other parts say of items; `alone` and
`engine` are for answerers that need no language model. Others use them through a session.
"""
