"""Ways out of the house that ring: one file for each service."""
