"""Batches of a server: each is a run in a folder of its own, answered one after the other beside other requests.

The app uses `queue` and `routes`.
"""
