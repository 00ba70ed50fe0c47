"""Fitting the parts of answerers: what labels are called (`label_words`), linear heads (`linear`), votes (`votes`).

Arms use `part_of` kinds through `evals.arms.kinds`; applying stands in `fewsight.serving.answerers`.
"""
