"""Words and phrases with their weights, and the one way in which they are looked up."""
