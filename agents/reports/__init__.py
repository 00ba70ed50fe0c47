"""Reports of runs: claims that are found by a search, can be recomputed, and are said by templates of ours.

`building` makes a report of any kind (`kinds`), `checking` computes it again, `shown` makes pages of it. Others use
`Report` and `Claim` (`model`) and `build_report`.
"""
