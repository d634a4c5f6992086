"""Themes: what posts are about, such as delays or the crew, found by words of the playbook and of managers."""

from typing import NamedTuple

from bot.domain.immutable import FrozenModel

THEME = "theme"
"""The dimension of their labels."""
MAX_THEMES = 3
"""Themes of one mention, so that its counters are bounded."""


class Theme(FrozenModel):
    name: str
    words: tuple[str, ...]
    """Words and short phrases, in any language."""


class ThemeKey(NamedTuple):
    """The dimensions of the counters, as in `TallyKey`. A mention with two themes is counted under each."""

    theme: str
    subject: str
    department: str
    sentiment: str
