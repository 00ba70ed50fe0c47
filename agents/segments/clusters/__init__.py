"""Where segments come from: coordinates of customers, methods that divide them, and how the division is chosen.

Others use `fit_recipe`, `divide`, and `Model.place`, all of them without a row of the fitting customers inside.
"""

from fewsight.agents.segments.clusters.choosing import FIT_ROWS, STABLE, Candidate
from fewsight.agents.segments.clusters.features import Recipe, fit_recipe
from fewsight.agents.segments.clusters.keeping import Standing, divide
from fewsight.agents.segments.clusters.model import OUTLIER, Model, Placed

__all__ = [
    "FIT_ROWS",
    "OUTLIER",
    "STABLE",
    "Candidate",
    "Model",
    "Placed",
    "Recipe",
    "Standing",
    "divide",
    "fit_recipe",
]
