"""Moved to bot.domain.rules."""

from bot.domain.rules import Rules, known

__all__ = ["Rules", "known"]
