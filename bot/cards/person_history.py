"""The modal with the history of a person, and the one in which a colleague links another account of theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.cards import action_ids
from bot.cards.author_history import LABEL_NAMES, format_author_facts
from bot.cards.block_kit import (
    Block,
    make_actions,
    make_bullets,
    make_button,
    make_context,
    make_date,
    make_line,
    make_plain_text,
    make_rich_text,
    make_run,
    make_section,
    make_user_mention,
)
from bot.cards.case_lists import render_case_line
from bot.cards.case_mention import format_author, format_source, format_source_name
from bot.cards.modal_blocks import ModalMetadata, make_input, make_modal, make_option
from bot.cards.sanitize import sanitize_line
from bot.domain.case import Case
from bot.domain.department import Department
from bot.domain.persons.links import Accounts
from bot.domain.persons.person import MAX_NOTE_LENGTH, AuthorContext, PersonLabel, PersonNote, derive_person_id
from bot.domain.text import format_count

CASES_SHOWN = 10
NOTES_SHOWN = 20
HANDLE_SHOWN = 60


def render_person_history(
    case: Case,
    department: Department,
    author: AuthorContext,
    accounts: Accounts,
    cases: Sequence[Case],
    notes: Sequence[PersonNote],
    at: datetime,
    origin: ModalMetadata,
) -> dict[str, Any]:
    """Return the modal: counts, accounts, cases with outcome and note, notes of colleagues, and what can be changed."""
    labels = author.person.labels if author.person else frozenset()
    facts = format_author_facts(author, department) or "No contact is on record."
    return make_modal(
        action_ids.PERSON_MODAL,
        "History",
        "Save",
        origin._replace(labels=",".join(sorted(labels))),
        make_section(make_plain_text(format_author(case.mention))),
        make_context(facts),
        *_render_accounts(case, accounts),
        *_render_cases(cases, at),
        *_render_notes(notes),
        *_render_form(labels),
        close="Close",
    )


def _render_accounts(case: Case, accounts: Accounts) -> list[Block]:
    blocks = []
    for key, handle in accounts.items() if len(accounts) > 1 else ():
        source = key.partition(":")[0]
        value = f"{case.id}/{derive_person_id(key)}"
        button = make_button("Unlink", action_ids.PERSON_UNLINK, value)
        words = f"{sanitize_line(handle, HANDLE_SHOWN) or 'somebody'} on {format_source_name(source)}"
        blocks.append(make_section(make_plain_text(words), accessory=button))
    same = make_button(
        "Same person…", action_ids.PERSON_SAME, case.id, a11y_label="Link another account of this person"
    )
    return [*blocks, make_actions(same)]


def _render_cases(cases: Sequence[Case], at: datetime) -> list[Block]:
    blocks: list[Block] = [make_section(f"*Cases* (newest {CASES_SHOWN})" if len(cases) > CASES_SHOWN else "*Cases*")]
    for one in cases[:CASES_SHOWN]:
        blocks.append(render_case_line(one, at))
        if note := sanitize_line(one.note, MAX_NOTE_LENGTH):
            blocks.append(make_context(make_plain_text(f"“{note}”")))
    return blocks


def _render_notes(notes: Sequence[PersonNote]) -> list[Block]:
    if not notes:
        return []
    lines = [
        make_line(f"{sanitize_line(one.text, MAX_NOTE_LENGTH)} · ", make_user_mention(one.by), " · ", make_date(one.at))
        for one in notes[:NOTES_SHOWN]
    ]
    return [make_rich_text(make_line(make_run(format_count(len(notes), "note"), bold=True)), make_bullets(*lines))]


def _render_form(labels: frozenset[PersonLabel]) -> list[Block]:
    options = {label: make_option(name, label.value) for label, name in LABEL_NAMES.items()}
    boxes: Block = {"type": "checkboxes", "options": list(options.values())}
    if chosen := [options[label] for label in LABEL_NAMES if label in labels]:
        boxes["initial_options"] = chosen
    text = {"type": "plain_text_input", "multiline": True, "max_length": MAX_NOTE_LENGTH}
    hint = "Stays in Slack. The deputies of the teams that had this person and managers can read it."
    return [
        make_input(action_ids.LABELS, "Labels", boxes, hint="Rules of the playbook may ask for them.", optional=True),
        make_input(action_ids.NOTE, "Add a note", text, hint=hint, optional=True),
    ]


def render_account_link(
    case: Case, origin: ModalMetadata, words: str = "", matches: Sequence[Case] | None = None
) -> dict[str, Any]:
    """Return the form that searches an account, and offers what it found."""
    text: Block = {"type": "plain_text_input", "max_length": HANDLE_SHOWN}
    if words:
        text["initial_value"] = words[:HANDLE_SHOWN]
    blocks = [
        make_section(make_plain_text(f"Which other account belongs to {format_author(case.mention)}?")),
        make_input(action_ids.AUTHOR, "Name or handle", text, hint="The first letters are enough."),
    ]
    if matches:
        options = [
            make_option(f"{format_author(one.mention, 40)} on {format_source(one.mention)}", one.id) for one in matches
        ]
        blocks.append(make_input(action_ids.ACCOUNT, "Account", {"type": "radio_buttons", "options": options[:10]}))
    elif matches is not None:
        blocks.append(make_context(make_plain_text(f"No other account begins with “{sanitize_line(words, 60)}”.")))
    submit = "Link" if matches else "Search"
    return make_modal(action_ids.SAME_PERSON_MODAL, "Same person", submit, origin, *blocks)
