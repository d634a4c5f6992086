"""The modal with the history of a person, and the one in which a colleague links another account of theirs."""

from collections.abc import Iterator, Mapping, Sequence
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
    make_link,
    make_plain_text,
    make_rich_text,
    make_run,
    make_section,
    make_user_mention,
)
from bot.cards.case_mention import (
    WORDLESS,
    format_author,
    format_case_type,
    format_source,
    format_source_name,
    format_stars,
    pick_sentiment_emoji,
)
from bot.cards.modal_blocks import ModalMetadata, make_input, make_modal, make_option
from bot.cards.sanitize import sanitize_line
from bot.domain.case import Case, CaseStatus
from bot.domain.cases.queues import CasePage
from bot.domain.department import Department
from bot.domain.persons.links import Accounts
from bot.domain.persons.person import MAX_NOTE_LENGTH, AuthorContext, PersonLabel, PersonNote, derive_person_id
from bot.domain.text import format_count

CASES_SHOWN = 10
"""On a page."""
WORDS_SHOWN, TARGET_SHOWN = 140, 60
NOTES_SHOWN = 20
HANDLE_SHOWN = 60


def render_person_history(
    case: Case,
    department: Department,
    author: AuthorContext,
    accounts: Accounts,
    page: CasePage,
    links: Mapping[str, str],
    merged_into: Mapping[str, Case],
    notes: Sequence[PersonNote],
    origin: ModalMetadata,
) -> dict[str, Any]:
    """Return the modal: counts, accounts, a page of cases with what came of each, notes of colleagues, and what can be
    changed.

    `links` lead to the cards of these cases, and of those that one of them was merged into.
    """
    labels = author.person.labels if author.person else frozenset()
    origin = origin._replace(labels=",".join(sorted(labels)))
    facts = format_author_facts(author, department) or "No contact is on record."
    shown = (block for one in page.cases for block in _render_case(one, links, merged_into.get(one.merged_into)))
    return make_modal(
        action_ids.PERSON_MODAL,
        "History",
        "Save",
        origin,
        make_section(make_plain_text(format_author(case.mention))),
        make_context(facts),
        *_render_accounts(case, accounts),
        make_section(f"*Cases*{_format_part(page)}"),
        *shown,
        *_render_turns(case, page),
        *_render_notes(notes),
        *_render_form(labels, origin),
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


def _format_part(page: CasePage) -> str:
    return (
        f" · {page.start + 1:,} – {page.end:,} of the newest {page.total:,}"
        if page.start or page.end < page.total
        else ""
    )


def _render_turns(case: Case, page: CasePage) -> list[Block]:
    """Return the buttons that lead to newer and older cases."""
    turns = [("Newer", max(0, page.start - CASES_SHOWN))] if page.start else []
    turns += [("Older", page.end)] if page.end < page.total else []
    buttons = [
        make_button(label, action_ids.PERSON_CASES, f"{case.id}/{start}", a11y_label=f"{label} cases of this person")
        for label, start in turns
    ]
    return [make_actions(*buttons)] if buttons else []


def _render_case(case: Case, links: Mapping[str, str], target: Case | None) -> Iterator[Block]:
    """Return when it was said and the words in one line, what came of it in another, then the note."""
    mark = "🚨" if case.is_urgent else pick_sentiment_emoji(case.assessment)
    yield make_rich_text(
        make_line(
            f"{mark} ",
            make_run(f"{format_case_type(case)}{format_stars(case.mention)}", bold=True),
            f" · {format_source(case.mention)} · ",
            make_date(case.mention.created_at),
            f" · {sanitize_line(case.mention.text, WORDS_SHOWN) or WORDLESS}",
        ),
        make_line(*_iter_outcome_runs(case, links, target)),
    )
    if note := sanitize_line(case.note, MAX_NOTE_LENGTH):
        yield make_context(make_plain_text(f"“{note}”"))


def _iter_outcome_runs(case: Case, links: Mapping[str, str], target: Case | None) -> Iterator[Block | str]:
    if case.status is CaseStatus.NEW:
        yield make_run("Unclaimed", bold=True)
    else:
        yield make_run("Merged" if case.merged_into else case.status.value.capitalize(), bold=True)
        if who := case.closed_by if case.is_closed else case.owner:
            yield from (" by ", make_user_mention(who))
    if case.merged_into:
        said = target and sanitize_line(target.mention.text, TARGET_SHOWN)
        yield from (" into ", make_link(links.get(case.merged_into, ""), f"“{said}”" if said else "another case"))
    if case.resolution:
        yield f" · {case.resolution.value}"
    if case.is_closed and case.resolved_at:
        yield from (" · ", make_date(case.resolved_at))
    if reply := case.public_reply:
        yield f" · answered in public{f' by {sanitize_line(reply.by, HANDLE_SHOWN)}' if reply.by else ''}"
    yield f" · {sanitize_line(case.department, HANDLE_SHOWN)}"
    if link := links.get(case.id):
        yield from (" · ", make_link(link, "Open card"))


def _render_notes(notes: Sequence[PersonNote]) -> list[Block]:
    if not notes:
        return []
    lines = [
        make_line(f"{sanitize_line(one.text, MAX_NOTE_LENGTH)} · ", make_user_mention(one.by), " · ", make_date(one.at))
        for one in notes[:NOTES_SHOWN]
    ]
    return [make_rich_text(make_line(make_run(format_count(len(notes), "note"), bold=True)), make_bullets(*lines))]


def _render_form(labels: frozenset[PersonLabel], origin: ModalMetadata) -> list[Block]:
    """Return the inputs. Slack keeps the state of a block, so what was saved or has changed needs other block ids."""
    options = {label: make_option(name, label.value) for label, name in LABEL_NAMES.items()}
    boxes: Block = {"type": "checkboxes", "options": list(options.values())}
    if chosen := [options[label] for label in LABEL_NAMES if label in labels]:
        boxes["initial_options"] = chosen
    text = {"type": "plain_text_input", "multiline": True, "max_length": MAX_NOTE_LENGTH}
    hint = "Stays in Slack. The deputies of the departments that had this person and managers can read it."
    return [
        make_input(
            f"{action_ids.LABELS}:{origin.saves}:{origin.labels}",
            "Labels",
            boxes,
            hint="Routes in the playbook can use them to decide where a post goes.",
            optional=True,
        ),
        make_input(f"{action_ids.NOTE}:{origin.saves}", "Add a note", text, hint=hint, optional=True),
    ]


def render_account_link(
    case: Case, origin: ModalMetadata, words: str = "", matches: Sequence[Case] | None = None
) -> dict[str, Any]:
    """Return the form that searches an account, and offers what it found.

    The block of the accounts says with which words they were found: other words search again, and keep no choice.
    """
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
        choice: Block = {"type": "radio_buttons", "options": options[:10]}
        hint = "Other words above search again."
        blocks.append(make_input(f"{action_ids.ACCOUNT}:{words}", "Account", choice, hint=hint, optional=True))
    elif matches is not None:
        blocks.append(make_context(make_plain_text(f"No other account begins with “{sanitize_line(words, 60)}”.")))
    submit = "Link" if matches else "Search"
    return make_modal(action_ids.SAME_PERSON_MODAL, "Same person", submit, origin, *blocks)
