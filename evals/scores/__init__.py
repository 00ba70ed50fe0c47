"""Everything that a report says about one arm and field, computed from predictions."""
