"""The sentiment engines and how they are combined; to be replaced without touching a detector."""
