"""What is said in the sample shop: phrasings, products, people, and how a customer types."""
