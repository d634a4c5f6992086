"""Campaigns: what we push or invite, from when to when, with which assets."""
