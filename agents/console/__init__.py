"""The copilot's console: what a support agent sees in a browser, the worker behind it, and messages in and out.

`app` puts the routes together and `serving` starts the server, which others use; nothing here decides what is legal.
"""
