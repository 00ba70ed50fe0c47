"""What agents are made of, on top of the spine: reports so far; copilot, personas and segments are to come."""
