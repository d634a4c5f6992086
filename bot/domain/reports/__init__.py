"""What a report says, and how precise it is."""
