"""The playbook: one TOML file, validated as a whole, with every error reported at once."""

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
