"""The ledger of needs and questions: the list of one kind, the form that adds cases, and that of one entry."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_plain_text,
    make_section,
    render_text,
)
from bot.cards.case_buttons import CaseButton
from bot.cards.case_lists import render_case_line
from bot.cards.modal_blocks import MAX_OPTIONS, ModalMetadata, make_input, make_modal, make_option, make_select
from bot.cards.sanitize import escape_name, format_date, sanitize_line
from bot.domain.assessment import Intent
from bot.domain.case import Case
from bot.domain.ledger.entry import MAX_PEOPLE, MAX_TITLE, EntryKind, EntryState, LedgerEntry
from bot.domain.ledger.suggestions import EntrySuggestion
from bot.domain.text import format_count

ENTRIES_SHOWN = 15
QUOTE_MOST, QUOTES_SHOWN = 120, 5
LINK_MOST = 500
_KINDS = {Intent.NEED, Intent.QUESTION}
BUTTONS = (
    CaseButton(
        action_ids.LEDGER_ADD,
        "Add to ledger…",
        lambda case: case.is_closed and case.assessment.intent in _KINDS,
        a11y_label="Add this need or question to the ledger",
    ),
)


class EntryForm(NamedTuple):
    """What the form of an entry shows, and what was typed. What a person has not changed in it stays as it is."""

    entry: str
    title: str
    state: str
    link: str

    def to_json(self) -> str:
        return json.dumps(self, separators=(",", ":"))

    @classmethod
    def from_json(cls, metadata: str) -> Self:
        return cls(*json.loads(metadata))


class LedgerCases(NamedTuple):
    """Cases to add, what they have in common, and the entries, the likely ones first."""

    kind: EntryKind
    cases: tuple[Case, ...]
    words: str
    entries: Sequence[LedgerEntry]


def render_ledger(
    kind: EntryKind,
    entries: Sequence[LedgerEntry],
    found: Sequence[EntrySuggestion],
    cases: Mapping[str, Case],
    departments: Collection[str],
) -> RenderedMessage:
    """Return the entries with most people first, then what several people have in common and no entry has.

    `departments` are those whose entries the reader may change: the others have no buttons.
    """
    head = f"{kind.value.capitalize()}s"
    if not entries and not found:
        return render_text(
            f"No {kind.value}s in the ledger yet. To add one, choose *Why? / Correct…* in the menu of its card, "
            "then *Add to ledger…*."
        )
    rows = [_render_entry(one, cases, departments) for one in entries[:ENTRIES_SHOWN]]
    more = [make_context(f"… and {len(entries) - len(rows):,} more")] if len(entries) > len(rows) else []
    heard = [make_context("*Asked repeatedly, in no entry yet*")] if found else []
    suggested = [_render_suggestion(kind, one, cases, departments) for one in found]
    title = make_section(f"*{head} · {len(entries):,} in the ledger*")
    return RenderedMessage(f"{head} in the ledger", [title, *rows, *more, *heard, *suggested])


def _render_suggestion(
    kind: EntryKind, found: EntrySuggestion, cases: Mapping[str, Case], departments: Collection[str]
) -> Block:
    people, first = format_people(found.people), cases.get(found.cases[0])
    value = action_ids.encode_menu_choice(kind, found.words)
    button = make_button("Add…", action_ids.LEDGER_ADD, value, a11y_label=f"Add what {people} ask for")
    quote = f"“{sanitize_line(found.words)}” {_quote_newest(found.cases, cases)}"
    return make_section(
        f"{people} ask the same, in {format_count(len(found.cases), 'case')}",
        fields=[make_plain_text(quote, QUOTE_MOST * 2)],
        accessory=button if first and first.department in departments else None,
    )


def _render_entry(entry: LedgerEntry, cases: Mapping[str, Case], departments: Collection[str]) -> Block:
    state = "content request" if entry.is_content_request else entry.state_word
    progress = f" · {entry.progress}" if entry.progress else ""
    words = f"*{escape_name(entry.title)}* · {format_people(entry.people)} · {state}{progress}"
    button = make_button("Open…", action_ids.LEDGER_OPEN, entry.id, a11y_label=f"Open: {entry.title}")
    quote = make_plain_text(_quote_newest(entry.newest, cases) or "No post is kept any more.", QUOTE_MOST * 2)
    newest = _find_newest(entry.newest, cases)
    when = f" · newest {format_date(newest.mention.created_at, '{date_short}')}" if newest else ""
    return make_section(words + when, fields=[quote], accessory=button if entry.department in departments else None)


def format_people(count: int) -> str:
    """Return `12 people`; of many only that there are at least so many."""
    return f"{count:,} or more people" if count >= MAX_PEOPLE else format_count(count, "person", "people")


def _find_newest(ids: Sequence[str], cases: Mapping[str, Case]) -> Case | None:
    known = (cases[one] for one in ids if one in cases)
    return max(known, key=lambda case: case.mention.created_at, default=None)


def _quote_newest(ids: Sequence[str], cases: Mapping[str, Case]) -> str:
    newest = _find_newest(ids, cases)
    return sanitize_line(newest.mention.text, QUOTE_MOST) if newest else ""


def render_add_modal(asked: LedgerCases, origin: ModalMetadata) -> dict[str, Any]:
    """Return the form: an entry that is there, or the title of a new one."""
    options = [make_option(f"{one.title} · {format_people(one.people)}", one.id) for one in asked.entries]
    choose = make_input(
        action_ids.ENTRY, "Entry", make_select(options[:MAX_OPTIONS]), hint="Likely ones come first.", optional=True
    )
    typed: Block = {"type": "plain_text_input", "max_length": MAX_TITLE}
    if asked.words:
        typed["initial_value"] = asked.words.capitalize()
    new = make_input(action_ids.HEADLINE, "Title", typed)
    if options:
        new = make_input(action_ids.HEADLINE, "Or a new one", typed, hint="An entry above comes first.", optional=True)
    words = dict.fromkeys(sanitize_line(one.mention.text, QUOTE_MOST) for one in asked.cases)
    quotes = [make_context(make_plain_text(one)) for one in list(words)[:QUOTES_SHOWN]]
    people = format_people(len({one.mention.author_key or one.id for one in asked.cases}))
    count = make_section(
        f"Add {format_count(len(asked.cases), 'case')} from {people} to the ledger of {asked.kind.value}s."
    )
    blocks = (count, *quotes, *([choose] if options else []), new)
    return make_modal(action_ids.LEDGER_ADD_MODAL, "Add to ledger", "Add", origin, *blocks)


def render_entry_modal(
    entry: LedgerEntry,
    others: Sequence[LedgerEntry],
    cases: Sequence[Case],
    at: datetime,
    by: str,
    origin: ModalMetadata,
) -> dict[str, Any]:
    """Return the form of an entry, with the newest cases behind it."""
    form = EntryForm(entry.id, entry.title, entry.state, entry.link)
    states = [make_option(one.get_word(entry.kind).capitalize(), one) for one in EntryState]
    chosen = {"initial_option": states[list(EntryState).index(entry.state)]}
    title = {"type": "plain_text_input", "max_length": MAX_TITLE, "initial_value": entry.title}
    link: Block = {"type": "plain_text_input", "max_length": LINK_MOST}
    done = EntryState.DONE.get_word(entry.kind).capitalize()
    hint = f"{done}: colleagues are asked to tell each person who asked, a few a day."
    merge = make_select([make_option(f"{one.title} · {format_people(one.people)}", one.id) for one in others])
    rows = [block for case in cases for block in (render_case_line(case, at, by), _make_case_buttons(entry, case))]
    changed = f"changed by <@{entry.changed_by}>"
    return make_modal(
        action_ids.LEDGER_MODAL,
        "Ledger entry",
        "Save",
        origin._replace(case=form.to_json()),
        make_context(" · ".join(filter(None, (format_people(entry.people), entry.progress, changed)))),
        make_input(action_ids.HEADLINE, "Title", title),
        make_input(action_ids.STATUS, "State", {**make_select(states), **chosen}, hint=hint),
        make_input(
            action_ids.ADDRESS, "Link", {**link, "initial_value": entry.link} if entry.link else link, optional=True
        ),
        *([make_input(action_ids.ENTRY, "Merge into", merge, optional=True)] if others else []),
        *rows,
    )


def _make_case_buttons(entry: LedgerEntry, case: Case) -> Block:
    value = action_ids.encode_menu_choice(entry.id, case.id)
    return make_actions(
        make_button("View", action_ids.HOME_VIEW, case.id),
        make_button("Take out", action_ids.LEDGER_REMOVE, value, a11y_label="Take this case out of the entry"),
    )


def render_ledger_receipt(entry: LedgerEntry, *, is_removal: bool = False) -> RenderedMessage:
    """Say how the entry is now; `is_removal`: a case was taken out of it."""
    if is_removal and not entry.people:
        return render_text(f"Taken out. *{escape_name(entry.title)}* had no other case, so it is gone.")
    told = " Those who asked come up as follow-ups, a few a day." if entry.is_telling else ""
    title = f"*{escape_name(entry.title)}*"
    sign = "Taken out." if is_removal else "📒"
    return render_text(f"{sign} {title}: {format_people(entry.people)} · {entry.state_word}.{told}")
