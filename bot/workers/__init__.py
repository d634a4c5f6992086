"""Loops that take from one place and put in the next. Each has a `step()`, so that a test can wind a night past it."""
