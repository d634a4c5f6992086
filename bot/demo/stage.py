"""Moved to `bot.stage`, which the demo, the bench and the scenarios share."""

from bot.stage import Stage, staged

__all__ = ["Stage", "staged"]
