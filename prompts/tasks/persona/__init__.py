"""What kind of customer is this: facts, inferences, and what is unknown?"""
