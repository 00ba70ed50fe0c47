"""Copilot, personas and reports on top of the spine. Built after evaluation."""
