"""What arms cost, and from how many customers on one is cheaper than another."""
