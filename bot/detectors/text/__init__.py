"""Tokens, spellings and phrases: what every detector reads a post through."""
