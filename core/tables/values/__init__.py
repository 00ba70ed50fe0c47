"""Reading one cell: money and moments, as people write them."""
