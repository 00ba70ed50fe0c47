"""How does the customer feel, overall and about what?"""
