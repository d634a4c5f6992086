"""The sample day, and the real application that plays it on this machine."""
