"""The sentiment engines beside our own model."""
