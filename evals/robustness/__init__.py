"""Changes of test rows that must not change an answer, and what they did."""
