"""The HTTP server: Slack requests, webhooks, page links, calendars, health and metrics."""

from bot.web.routes import RouteDependencies, build_web_app

__all__ = ["RouteDependencies", "build_web_app"]
