"""The team's rules: one TOML file, checked whole at start, and every fault of it said at once."""

from bot.playbook.book import Brand, DetectorOptions, OnnxOptions, Playbook, SourceEntry
from bot.playbook.faults import PlaybookError, PlaybookFault
from bot.playbook.live import PlaybookReloader
from bot.playbook.reading import load_playbook, parse_playbook

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
