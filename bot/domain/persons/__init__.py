"""Persons: who writes to us, on every outlet, and what came of it."""
