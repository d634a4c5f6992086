"""Answers to `/earshot mute`, `mutes` and `unmute`, and the offer after a case was resolved as spam."""

from collections.abc import Sequence
from datetime import datetime

from bot.cards import action_ids
from bot.cards.block_kit import (
    RenderedMessage,
    make_actions,
    make_button,
    make_confirmation,
    make_context,
    make_section,
    render_text,
)
from bot.cards.case_mention import OUTLETS
from bot.cards.oncall import format_local_time
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.domain.case import Case
from bot.domain.mutes import CountedMute, Mute, MuteKind, get_author_name
from bot.domain.text import format_count

SHOWN = 20
"""Mutes in one list, the newest first."""
NEVER_HIDDEN = "A crisis still comes through."


def render_mute_receipt(mute: Mute, zone: str, *, can_undo: bool = True) -> RenderedMessage:
    until = f"until {format_local_time(mute.until, zone)}" if mute.until else "until somebody unmutes"
    text = f"🔇 {_format_target(mute)} is muted {until}. New mentions are counted but open no case. {NEVER_HIDDEN}"
    undo = make_actions(make_button("Undo", action_ids.MUTE_UNDO, mute.id))
    return render_text(text, *([undo] if can_undo else []))


def render_unmute_receipt(ended: CountedMute) -> RenderedMessage:
    hidden = format_count(ended.hidden, "mention")
    return render_text(f"🔊 {_format_target(ended.mute)} is no longer muted. The mute hid {hidden}.")


def render_mutes(mutes: Sequence[CountedMute], at: datetime) -> RenderedMessage:
    """List the mutes that run, newest first, with how many mentions each hides."""
    running = [one for one in reversed(mutes) if one.mute.is_running(at)]
    if not running:
        return render_text("Nobody is muted. `/earshot mute @handle until Friday` mutes an author.")
    lines = [_format_mute(one) for one in running[:SHOWN]]
    if len(running) > SHOWN:
        lines.append(f"… and {len(running) - SHOWN} more")
    note = f"{NEVER_HIDDEN} `/earshot unmute` and the name ends a mute."
    return RenderedMessage("Mutes", [make_section("\n".join(lines)), make_context(note)])


def _format_mute(one: CountedMute) -> str:
    until = f"until {format_date(one.mute.until)}" if one.mute.until else "no end"
    hidden = f"{format_count(one.hidden, 'mention')} hidden"
    return f"🔇 {_format_target(one.mute)} · {hidden} · {until} · by <@{one.mute.by}>"


def render_mute_offer(case: Case) -> RenderedMessage | None:
    """Return the offer to mute the author of spam; None where the outlet does not say who it was."""
    if not (name := get_author_name(case.mention.author)):
        return None
    press = make_button("Mute author", action_ids.AUTHOR_MUTE, case.id, a11y_label=f"Mute {name}")
    text = f"Resolved as spam. You can mute *@{escape(sanitize_line(name, 60))}* until somebody unmutes them."
    return render_text(text, make_actions(press))


def render_author_mute(name: str, found: CountedMute | None, case_id: str) -> RenderedMessage:
    """Return whether the author of a case is muted, and how much that hides, with the button that changes it."""
    if found is not None:
        unmute = make_button("Unmute", action_ids.MUTE_UNDO, found.mute.id, a11y_label=f"Unmute {name}")
        return render_text(_format_mute(found), make_actions(unmute))
    shown = f"@{sanitize_line(name, 60)}"
    press = make_button("Mute author…", action_ids.AUTHOR_MUTE, case_id, a11y_label=f"Mute {name}")
    words = f"New mentions from {shown} are counted but open no case. {NEVER_HIDDEN}"
    press["confirm"] = make_confirmation("Mute author?", words, "Mute")
    return RenderedMessage("Mute author", [make_actions(press)])


def _format_target(mute: Mute) -> str:
    name = escape(sanitize_line(mute.name, 60))
    if mute.kind is MuteKind.SOURCE:
        return f"*{escape(OUTLETS.get(mute.name, '')) or name}* (all mentions of this source)"
    return f"*@{name}*"
