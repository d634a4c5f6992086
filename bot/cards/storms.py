"""Many cases at once: the buttons of an episode or a list, what somebody took, and the forms for many."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_plain_text,
    make_section,
)
from bot.cards.case_mention import format_author, format_kind_noun
from bot.cards.modal_blocks import ModalMetadata, make_input, make_modal, make_option, render_facts
from bot.cards.modals import NOTE_MOST, render_resolution_input
from bot.cards.owner_brief import OwnerBrief, list_brief_lines, render_given_inputs
from bot.cards.sanitize import format_date, sanitize_line
from bot.domain.case import OUTCOMES, Case, CaseResolution
from bot.domain.spikes.episode import Episode
from bot.domain.spikes.episode_transitions import MAX_FACTS
from bot.domain.storm import StormProgress
from bot.domain.text import format_count, format_duration

CASES_SHOWN = 20
LEFT_OUT_SHOWN = 3
GROUPS_SHOWN = 10
BOX_SIZE = 10
"""Slack's limit for the checkboxes of one block."""
BOXES = 5
LINE_LENGTH = 150


class ClaimedCases(NamedTuple):
    """What somebody claimed at once from a list. `interrupted`: the store failed before all were claimed."""

    list_id: str
    cases: Sequence[Case]
    facts: str
    at: datetime
    interrupted: bool = False
    reasons: Mapping[str, str] = MappingProxyType({})
    """What to think of, as mrkdwn, by the id of a case."""
    left_out: Sequence[Case] = ()
    """Not claimed for these reasons: each has to be claimed on its own."""


class OwnCases(NamedTuple):
    """One's own cases of a list, soonest due first, with the facts about it."""

    cases: Sequence[Case]
    facts: str
    at: datetime


class ResolvedCases(NamedTuple):
    """What somebody resolved at once, and the refusals of the others. `interrupted`: as in `ClaimedCases`."""

    cases: Sequence[Case]
    resolution: CaseResolution
    refusals: Sequence[str]
    interrupted: bool = False


def list_storm_buttons(list_id: str, progress: StormProgress, *, has_alike: bool = True) -> list[Block]:
    """Return what can be done with the cases of a list; none where all are answered."""
    label = "Take the ten most pressing cases"
    take = make_button("Take 10", action_ids.TAKE_CASES, list_id, style="primary", a11y_label=label)
    alike = make_button("Claim all alike…", action_ids.CLAIM_ALIKE, list_id)
    resolve = make_button("Resolve many…", action_ids.RESOLVE_MANY, list_id)
    unclaimed = [take, *([alike] if has_alike else [])] if progress.unclaimed else []
    return [*unclaimed, *([resolve] if progress.claimed else [])]


def format_progress(progress: StormProgress) -> str:
    if progress.is_finished:
        return f"✅ *All answered* · {format_count(progress.total, 'case')}"
    waiting = f"{progress.unclaimed:,} unclaimed · {progress.claimed:,} claimed"
    return f"*{progress.resolved:,} of {progress.total:,} answered* · {waiting}"


def format_case_line(case: Case, at: datetime, words: int = 100, alike: int = 1) -> str:
    """Return one line of plain text: priority, age, author and the first words. `alike`: how many say the same."""
    age = format_duration(at - case.mention.created_at)
    count = f"{alike:,} say the same · " if alike > 1 else ""
    said = f": {sanitize_line(case.mention.text, words)}" if words else ""
    return f"{count}{case.priority.value.capitalize()} · {age} · {format_author(case.mention, 30)}{said}"


def render_claimed_cases(claimed: ClaimedCases, briefs: Sequence[OwnerBrief] = ()) -> RenderedMessage:
    """Return the list of what somebody just claimed, with what they can offer, and what was left out."""
    cases = claimed.cases
    ends = cases[0].lease_ends if cases else None
    until = f" until {format_date(ends, '{time}')}" if ends else ""
    said = f"You have {format_count(len(cases), 'more case')}{until}. They are on your Home tab, too."
    if not cases:
        said = f"Nothing here can be claimed together. {_explain_left_out(claimed)}"
    if claimed.interrupted:
        said += " Earshot can't reach its database, so this may not be all of them. Try again in a minute."
    lines = [block for case in cases[:CASES_SHOWN] for block in _render_case_line(case, claimed)]
    if len(cases) > CASES_SHOWN:
        lines.append(make_context(f"… and {len(cases) - CASES_SHOWN} more on your Home tab."))
    more = make_button("Take 10 more", action_ids.TAKE_CASES, claimed.list_id)
    resolve = make_button("Resolve many…", action_ids.RESOLVE_MANY, claimed.list_id)
    return RenderedMessage(
        said,
        [
            make_section(said),
            *render_facts(claimed.facts),
            *map(make_section, list_brief_lines(briefs, in_full=True)),
            *lines,
            *_render_left_out(claimed),
            *([make_actions(resolve, more)] if cases else []),
        ],
    )


def _explain_left_out(claimed: ClaimedCases) -> str:
    """Say why nothing was claimed, once where it is the same of all, and what can be done."""
    reasons = {claimed.reasons.get(case.id, "") for case in claimed.left_out}
    why = reasons.pop() if len(reasons) == 1 else "Each asks you something first."
    return f"{why} Press *View* on one of them to claim it alone: you can merge it there, or claim it anyway."


def _render_left_out(claimed: ClaimedCases) -> list[Block]:
    """Return the cases that have to be claimed one by one, with the reason below each."""
    if not claimed.left_out:
        return []
    count = len(claimed.left_out)
    head = f"✋ *{format_count(count, 'case')} left for you to claim one by one.*"
    lines = [block for case in claimed.left_out[:LEFT_OUT_SHOWN] for block in _render_case_line(case, claimed)]
    rest = count - LEFT_OUT_SHOWN
    return [make_section(head), *lines, *([make_context(f"… and {rest:,} more on the list.")] if rest > 0 else [])]


def _render_case_line(case: Case, claimed: ClaimedCases) -> list[Block]:
    """Return a line with *View*, where the case can be claimed or resolved, and what to think of below it."""
    label = f"View: {format_kind_noun(case)} from {format_author(case.mention)}"
    view = make_button("View", action_ids.HOME_VIEW, case.id, a11y_label=label)
    line = make_section(make_plain_text(format_case_line(case, claimed.at), LINE_LENGTH), accessory=view)
    reason = claimed.reasons.get(case.id)
    return [line, make_context(reason)] if reason else [line]


def render_claim_alike_modal(groups: Sequence[Sequence[Case]], facts: str, origin: ModalMetadata) -> dict[str, Any]:
    """Return the form. `groups` are the largest first; the value of an option is the first case of its group."""
    options = [
        make_option(f"{len(group):,}: {sanitize_line(group[0].mention.text, 60)}", group[0].id)
        for group in groups[:GROUPS_SHOWN]
    ]
    hint = "All of them become yours. Their posts say nearly the same, so one answer may fit."
    radio = {"type": "radio_buttons", "options": options, "initial_option": options[0]}
    question = make_input(action_ids.GROUP, "How many say what?", radio, hint=hint)
    return make_modal(action_ids.CLAIM_ALIKE_MODAL, "Claim all alike", "Claim", origin, *render_facts(facts), question)


def render_resolve_many_modal(
    own: OwnCases, origin: ModalMetadata, briefs: Sequence[OwnerBrief] = ()
) -> dict[str, Any]:
    """Return the form with up to 50 of one's own cases, and a field for each offer of which amounts are counted.

    It offers the outcomes that all departments of these cases have.
    """
    cases, at = own.cases, own.at
    shown = cases[: BOX_SIZE * BOXES]
    boxes = [
        _render_checkboxes(
            number, shown[number * BOX_SIZE : (number + 1) * BOX_SIZE], at, is_optional=len(shown) > BOX_SIZE
        )
        for number in range((len(shown) + BOX_SIZE - 1) // BOX_SIZE)
    ]
    rest = len(cases) - len(shown)
    more = [make_context(f"… and {format_count(rest, 'case')} due later")] if rest else []
    outcomes = [one for one in OUTCOMES if briefs and all(one in brief.department.outcomes for brief in briefs)]
    note = {"type": "plain_text_input", "multiline": True, "max_length": NOTE_MOST}
    hint = "Stays in Slack. The people who wrote never see it."
    return make_modal(
        action_ids.RESOLVE_MANY_MODAL,
        "Resolve many",
        "Resolve",
        origin,
        *render_facts(own.facts),
        *boxes,
        *more,
        render_resolution_input(outcomes),
        *render_given_inputs([use for brief in briefs for use in brief.offers], in_each=True),
        make_input(action_ids.NOTE, "Note for colleagues", note, hint=hint, optional=True),
    )


def _render_checkboxes(number: int, cases: Sequence[Case], at: datetime, *, is_optional: bool) -> Block:
    options = [make_option(format_case_line(case, at), case.id) for case in cases]
    label = "Which cases?" if number == 0 else "And which of these?"
    element = {"type": "checkboxes", "options": options}
    return make_input(action_ids.build_cases_block_id(number), label, element, optional=is_optional)


def render_resolved_cases(resolved: ResolvedCases) -> RenderedMessage:
    said = f"{format_count(len(resolved.cases), 'case')} resolved: {resolved.resolution.value}."
    if resolved.refusals:
        said += f" {format_count(len(resolved.refusals), 'case')} could not be resolved. {resolved.refusals[0]}"
    if resolved.interrupted:
        said += " Earshot can't reach its database, so the others are still open. Try again in a minute."
    return RenderedMessage(said, [])


def render_facts_modal(episode: Episode, origin: ModalMetadata) -> dict[str, Any]:
    element: Block = {"type": "plain_text_input", "multiline": True, "max_length": MAX_FACTS}
    if episode.facts:
        element["initial_value"] = episode.facts
    hint = "Shown on the card of the episode and in the forms of its cases. Leave it empty to remove it."
    about = make_context(make_plain_text(f"About {sanitize_line(episode.subject, 60)}"))
    facts = make_input(action_ids.FACTS, "What can everybody say?", element, hint=hint, optional=True)
    return make_modal(action_ids.FACTS_MODAL, "Facts", "Share", origin, about, facts)


def format_owners(cases: Sequence[Case]) -> str:
    """Return `Claimed: @ana 3, @raj 1` as mrkdwn; empty if nobody has any of them."""
    counts: dict[str, int] = {}
    for case in cases:
        if case.owner:
            counts[case.owner] = counts.get(case.owner, 0) + 1
    return f"Claimed by {', '.join(f'<@{who}> ({count})' for who, count in counts.items())}" if counts else ""
