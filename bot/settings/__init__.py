"""What the environment says; see `environment`."""

from bot.settings.environment import NAMES, SECRETS, Settings, build_hook_variable, load_settings
from bot.settings.faults import SettingsError, SettingsFault

__all__ = ["NAMES", "SECRETS", "Settings", "SettingsError", "SettingsFault", "build_hook_variable", "load_settings"]
