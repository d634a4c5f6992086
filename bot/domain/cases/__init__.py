"""What happens to a case: transitions, deadlines, corrections, edits."""
