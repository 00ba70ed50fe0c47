"""Everything that a report says about the arms' answers to one field, computed from predictions, without any model.

Others use `scoring.score_field`, and `slicing`, `several`, `evidence` and `label_audit` for what stands beside it.
"""
