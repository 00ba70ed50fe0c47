"""A made-up online shop: customers with planted, varied truth, for demos, shots, training and evaluation.

>>> from fewsight.shop import generate
>>> customer = next(generate(1, seed=7))
>>> customer == next(generate(1, seed=7))
True
"""

from fewsight.shop.answers import answer
from fewsight.shop.generate import Customer, generate
from fewsight.shop.truth.truth import Finding, TraitTruth, Truth
from fewsight.shop.words.phrasings import SampleLanguage, SampleSplit

__all__ = ["Customer", "Finding", "SampleLanguage", "SampleSplit", "TraitTruth", "Truth", "answer", "generate"]
