"""`earshot playbook`: prints an example playbook that explains every key."""

from importlib.resources import files
from pathlib import Path

from bot.cli.exits import print_line
from bot.sources.catalogue import EXAMPLES

PACKAGED = files("bot.config") / "example.toml"
"""Its place in the wheel."""
BESIDE = Path(__file__).parents[2] / "playbook.example.toml"
"""Its place in a clone."""


def print_playbook() -> None:
    """Print a playbook that explains every key: earshot playbook > playbook.toml"""
    example = PACKAGED if PACKAGED.is_file() else BESIDE
    print_line("\n\n".join([example.read_text("utf-8").strip("\n"), *EXAMPLES]))
