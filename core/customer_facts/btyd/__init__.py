"""Buy till you die: how often customers order, when they stop, what an order is worth; by maximum likelihood.

`bgnbd` counts orders, `gamma_gamma` values them, and `buying` holds both for one table. Others use `Buying` and
`fit_buying`.
"""

from fewsight.customer_facts.btyd.buying import Buying, Purchases, fit_buying

__all__ = ["Buying", "Purchases", "fit_buying"]
