"""Pages: calls that must be acknowledged, their escalation, targets and grouping."""
