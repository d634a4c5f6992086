"""What the environment says; see `environment`."""

from bot.settings.environment import NAMES, SECRETS, Settings, hook_variable, load_settings
from bot.settings.faults import Fault, SettingsFaults

__all__ = ["NAMES", "SECRETS", "Fault", "Settings", "SettingsFaults", "hook_variable", "load_settings"]
