"""The demo: a sample day, played through the real application on this machine."""
