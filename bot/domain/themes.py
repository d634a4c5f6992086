"""Themes: what posts are about, such as delays or the crew, found by words of the playbook and of managers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.domain.assessment import Assessment
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.errors import NotAllowed
from bot.domain.immutable import FrozenModel
from bot.domain.paging.decision import Decision

THEME = "theme"
"""The dimension of their labels."""
MAX_THEMES = 3
"""Themes of one mention, so that its counters are bounded."""
MAX_CHANGES = 100
"""Themes that managers may add, and renames: more belong into the playbook."""


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
    intent: str = ""
    """Empty in counters of before the upgrade."""


ThemeTally = Mapping[ThemeKey, int]


class ThemeRegister(FrozenModel):
    """What managers changed in Slack; `version` counts commits. A theme of the playbook keeps its words."""

    version: int = 0
    added: tuple[Theme, ...] = ()
    shown_as: Mapping[str, str] = {}
    """Another name for a theme: its own new one, or that of the theme into which it was merged. Labels, which routes
    ask for, and counters keep the old name; so the past goes along."""
    removed: tuple[str, ...] = ()
    """Added themes that were removed: what was counted for them is not shown."""

    def get_shown_name(self, theme: str) -> str:
        return self.shown_as.get(theme, theme)

    def list_themes(self, playbook: Sequence[Theme]) -> tuple[Theme, ...]:
        """Return the themes of the playbook, then the added ones whose name it does not have."""
        known = {one.name.casefold() for one in playbook}
        return (*playbook, *(one for one in self.added if one.name.casefold() not in known))

    def list_counted_names(self, shown: str) -> list[str]:
        """Return the names under which mentions of a theme were counted: its own, and those that it took over."""
        return [shown, *(old for old, new in self.shown_as.items() if new == shown and old != shown)]

    def is_shown_as(self, theme: str, name: str) -> bool:
        """Whether what was counted for `theme` is shown under this name."""
        return theme not in self.removed and self.get_shown_name(theme) == name

    def list_shown_themes(self, assessment: Assessment) -> set[str]:
        """Return the themes under which a mention was counted, by the names they have now."""
        return {self.get_shown_name(one) for one in list_counted_themes(assessment) if one not in self.removed}

    def list_shown_names(self, playbook: Sequence[Theme]) -> list[str]:
        return list(dict.fromkeys(self.get_shown_name(one.name) for one in self.list_themes(playbook)))


def list_counted_themes(assessment: Assessment) -> tuple[str, ...]:
    """Return the first `MAX_THEMES` themes, by which a mention and its case are counted."""
    return tuple(assessment.get_words(THEME)[:MAX_THEMES])


def rename_theme(
    register: ThemeRegister,
    playbook: Sequence[Theme],
    name: str,
    new: str,
    by: str,
    at: datetime,
    *,
    is_merge: bool = False,
) -> Decision[ThemeRegister]:
    """Show a theme under another name: that of another theme for a merge, else a new one. Raises `NotAllowed`."""
    names = register.list_shown_names(playbook)
    _check_theme(name, register, playbook)
    if name == new or (is_merge and name.casefold() == new.casefold()):
        raise NotAllowed(f"“{name}” is called that already. Nothing was changed.")
    known = _find_name(new, [one for one in names if one != name])
    if known and not is_merge:
        raise NotAllowed(
            f"There's a theme “{known}” already. To count both as one, write "
            f"`/sentiment themes merge {name} into {known}`."
        )
    if is_merge:
        _check_theme(known or new, register, playbook)
    new = known or new
    moved = [one.name for one in register.list_themes(playbook) if register.get_shown_name(one.name) == name]
    moved += [one for one, shown in register.shown_as.items() if shown == name]
    shown = {**register.shown_as, **dict.fromkeys(moved, new)}
    shown = {old: other for old, other in shown.items() if old != other}
    return _change(register, register.added, shown, AuditEvent(at, by, AuditAction.THEME_RENAMED, f"{name} → {new}"))


def add_theme(
    register: ThemeRegister, playbook: Sequence[Theme], asked: Theme, by: str, at: datetime
) -> Decision[ThemeRegister]:
    """Add a theme. With the name of a known one its words are added to that, under the first of them."""
    themes, shown = register.list_themes(playbook), dict(register.shown_as)
    if known := _find_name(asked.name, register.list_shown_names(playbook)):
        asked = asked.copy_with(name=asked.words[0])
        shown[asked.name] = known
    if _find_name(asked.name, [one.name for one in themes]):
        raise NotAllowed(f"There's a theme “{asked.name}” already. Choose another name.")
    if not known:
        shown.pop(asked.name, None)
    event = AuditEvent(at, by, AuditAction.THEME_ADDED, f"{known or asked.name}: {', '.join(asked.words)}"[:300])
    return _change(register, (*register.added, asked), shown, event)


def remove_theme(
    register: ThemeRegister, playbook: Sequence[Theme], name: str, by: str, at: datetime
) -> Decision[ThemeRegister]:
    """Remove an added theme with its words; themes of the playbook get their own names back. Raises `NotAllowed`."""
    names = register.list_counted_names(name)
    gone = [one.name for one in register.added if one.name in names]
    if not gone and len(names) == 1:
        if _find_name(name, [one.name for one in playbook]):
            raise NotAllowed(f"“{name}” is in the playbook. Take it out there, in `[[themes]]`.")
        raise NotAllowed(f"There's no theme “{name}”. `/sentiment themes` shows what there is.")
    added = tuple(one for one in register.added if one.name not in gone)
    shown = {old: new for old, new in register.shown_as.items() if new != name}
    event = AuditEvent(at, by, AuditAction.THEME_REMOVED, name)
    return _change(register, added, shown, event, (*register.removed, *gone))


def _change(
    register: ThemeRegister,
    added: tuple[Theme, ...],
    shown: Mapping[str, str],
    event: AuditEvent,
    removed: Sequence[str] | None = None,
) -> Decision[ThemeRegister]:
    """`removed`: as before, if it is None. A theme that is added again has its past back."""
    hidden = dict.fromkeys(register.removed if removed is None else removed)
    hidden = {one: None for one in hidden if one not in {theme.name for theme in added}}
    if len(added) > MAX_CHANGES or len(shown) > MAX_CHANGES or len(hidden) > MAX_CHANGES:
        raise NotAllowed(f"Earshot keeps {MAX_CHANGES} changes of themes. Put some into `[[themes]]` of the playbook.")
    after = ThemeRegister(version=register.version + 1, added=added, shown_as=shown, removed=tuple(hidden))
    return Decision(after, register, events=(event,))


def _check_theme(name: str, register: ThemeRegister, playbook: Sequence[Theme]) -> None:
    """Raise `NotAllowed` if no theme is shown under this name, and say so if it was renamed or merged."""
    if name in register.list_shown_names(playbook):
        return
    if old := _find_name(name, [*(one.name for one in register.list_themes(playbook)), *register.shown_as]):
        raise NotAllowed(f"“{old}” was renamed or merged: it's part of “{register.get_shown_name(old)}” now.")
    raise NotAllowed(f"There's no theme “{name}”. `/sentiment themes` shows what there is.")


def _find_name(name: str, among: Sequence[str]) -> str:
    return next((one for one in among if one.casefold() == name.casefold()), "")
