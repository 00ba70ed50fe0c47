"""What is asked at a look: `asking` says when, `gathering` whom, `learned` whose past is known to the answerer.

`scoring` answers. Others in this room use all four.
"""
