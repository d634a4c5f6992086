"""Calls that must be acknowledged: what one is, whom it reaches in which order, and what happens to it."""
