"""Clients of services that page people: one file each."""
