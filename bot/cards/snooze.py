"""Snooze: its entries in the menu of a card, its form, and the words for a case that sleeps."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards import action_ids
from bot.cards.case_buttons import CaseButton
from bot.cards.modal_blocks import ModalMetadata, make_input, make_modal, make_option
from bot.cards.sanitize import format_date
from bot.domain.assessment import Intent
from bot.domain.case import Case
from bot.domain.cases.snooze_transitions import SnoozeChoice, find_snooze_end, wake_case
from bot.domain.department import Department


def _can_snooze(case: Case) -> bool:
    """A crisis is never silenced, and of praise the place in the menu is that of *Thank*."""
    return not (case.is_closed or case.is_urgent or case.is_snoozed or case.assessment.intent is Intent.PRAISE)


BUTTONS = (
    CaseButton(action_ids.SNOOZE, "Snooze…", _can_snooze, a11y_label="Snooze this case for a while"),
    CaseButton(action_ids.WAKE, "Wake now", lambda case: case.is_snoozed, wake_case, a11y_label="Wake this case now"),
)


def render_snooze_modal(department: Department, at: datetime, origin: ModalMetadata) -> dict[str, Any]:
    """Return the form. Its options name the time in the department's zone."""
    zone = ZoneInfo(department.hours.zone)
    hour, morning = (
        find_snooze_end(choice, department, at).astimezone(zone) for choice in (SnoozeChoice.HOUR, SnoozeChoice.MORNING)
    )
    options = [
        make_option(f"1 hour (until {hour:%H:%M})", SnoozeChoice.HOUR),
        make_option(f"Tomorrow ({morning:%A %H:%M})", SnoozeChoice.MORNING),
        make_option("Until they write again (7 days at most)", SnoozeChoice.REPLY),
    ]
    radio = {"type": "radio_buttons", "options": options, "initial_option": options[0]}
    hint = "Nobody is reminded until then. A claim or a new post of this person ends it."
    question = make_input(action_ids.UNTIL, "Until when?", radio, hint=hint)
    return make_modal(action_ids.SNOOZE_MODAL, "Snooze", "Snooze", origin, question)


def format_snooze(case: Case) -> str:
    """Return `Snoozed until 14:05 by @ana` as mrkdwn; empty for a case that is awake."""
    if case.snooze is None or not case.is_snoozed:
        return ""
    if case.snooze.until_reply:
        return f"Snoozed by <@{case.snooze.by}> until they write again"
    return f"Snoozed until {format_date(case.snooze.until)} by <@{case.snooze.by}>"
