"""What agents are made of, on top of the spine: the core of the copilot, personas, reports, segments and the watch so far."""
