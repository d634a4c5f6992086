"""What happens behind the workspace, for whoever looks at the demo: read out of the store, and acted on."""

from bot.demo.panel.panel_routes import DemoPanel

__all__ = ["DemoPanel"]
