"""What agents are made of, on top of the spine: a copilot, personas, reports, segments and a watch so far."""
