"""The background loops. Each has a `step()`, so that a test can run a night of them in a moment."""
