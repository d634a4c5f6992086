"""The panel of the demo: shows the state behind the workspace, and runs actions on it."""

from bot.demo.panel.panel_routes import DemoPanel

__all__ = ["DemoPanel"]
