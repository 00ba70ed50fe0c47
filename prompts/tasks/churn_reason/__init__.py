"""Why is the customer leaving, if at all?"""
