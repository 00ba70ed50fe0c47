"""Fitting the parts of answerers: what labels are called (`label_words`), linear heads (`linear`), votes (`votes`), and
models over facts (`facts`), from labelled `rows`, of which customers' `folds` are held back.

Arms fit through `evals.arms.kinds`; applying stands in `fewsight.serving.answerers`.
"""
