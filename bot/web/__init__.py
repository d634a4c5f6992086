"""What we answer over HTTP: Slack, the hooks, and those who watch us."""

from bot.web.routes import RouteDependencies, build_web_app

__all__ = ["RouteDependencies", "build_web_app"]
