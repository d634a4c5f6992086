"""The team's rules: one TOML file, checked whole at start, and every fault of it said at once."""

from bot.config.loader import load_playbook, parse_playbook
from bot.config.playbook import Brand, DetectorOptions, OnnxOptions, Playbook, SourceEntry
from bot.config.playbook_errors import PlaybookError, PlaybookFault
from bot.config.reload import PlaybookReloader

__all__ = [
    "Brand",
    "DetectorOptions",
    "OnnxOptions",
    "Playbook",
    "PlaybookError",
    "PlaybookFault",
    "PlaybookReloader",
    "SourceEntry",
    "load_playbook",
    "parse_playbook",
]
