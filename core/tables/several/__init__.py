"""Several tables of one shop: their names, what these say, whose rows are whose, and orders that two tables tell.

Others may use what stands in `__all__`; all of it works on what one table gives, and knows no file formats.
"""

from fewsight.tables.several.identities import Identities, read_identities
from fewsight.tables.several.linking import Linking
from fewsight.tables.several.mapping_file import mappings_of, sections_of
from fewsight.tables.several.merging import merged_orders
from fewsight.tables.several.names import kind_by_name, names_of, says_customers
from fewsight.tables.several.notes import notes_across
from fewsight.tables.several.profiles import disagreements, one_profile

__all__ = [
    "Identities",
    "Linking",
    "disagreements",
    "kind_by_name",
    "mappings_of",
    "merged_orders",
    "names_of",
    "notes_across",
    "one_profile",
    "read_identities",
    "says_customers",
    "sections_of",
]
