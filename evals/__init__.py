"""Comparing ways to answer a task, with statistics.

Floors, each importing those before it alone: `predictions`, `model` (what a report holds) and `registry`; `metrics`;
`arms`, and beside it `labelling` (rows by hand); `scores`, `costs`, `robustness` and `report`; `suite`. Others use
`suite.config.make_suite` and `suite.run.evaluate`; a new metric is a file in `metrics`, a new kind of arm one in
`arms/kinds`.
"""
