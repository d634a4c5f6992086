"""What we answer over HTTP: Slack, the hooks, and those who watch us."""

from bot.web.site import Site, site

__all__ = ["Site", "site"]
