"""`fewsight serve`: runs and decisions over HTTP, with one set of engines for all callers.

Others use `client` to ask a server, `schemas` and `decisions` for what is sent, and `app` to put one into a server.
"""
