"""What is true of a customer of the sample shop, read from the events and from what was said in them."""
