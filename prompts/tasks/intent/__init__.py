"""What does the customer want now?"""
