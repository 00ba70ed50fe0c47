"""What a customer's words say about rows of the state: agreement, mentions, and what a call comes to in words.

Others use `agreement`, which says whether a question was answered with yes; `mentions`, how well rows fit what was
written; `elements`, which fills the list of an open call by weights; and `telling`, a call in words for the customer.
"""
