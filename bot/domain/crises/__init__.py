"""What happens to a declared crisis."""
