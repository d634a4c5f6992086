"""The team's rules: one TOML file, checked whole at start, and every fault of it said at once."""

from bot.playbook.book import Brand, Detectors, Onnx, Playbook, SourceEntry
from bot.playbook.faults import Fault, PlaybookFaults
from bot.playbook.live import LivePlaybook
from bot.playbook.reading import load, parse

__all__ = [
    "Brand",
    "Detectors",
    "Fault",
    "LivePlaybook",
    "Onnx",
    "Playbook",
    "PlaybookFaults",
    "SourceEntry",
    "load",
    "parse",
]
