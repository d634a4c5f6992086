"""The modals that the Home tab opens: search by person, its results, and one case, episode or crisis in full."""

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from bot.cards import action_ids
from bot.cards.author_history import format_caution
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_plain_text,
    make_section,
)
from bot.cards.case import render_case, render_open_post_button
from bot.cards.case_lists import list_case_buttons, render_case_line
from bot.cards.modal_blocks import (
    ModalMetadata,
    make_department_options,
    make_input,
    make_modal,
    make_option,
    make_select,
)
from bot.cards.sanitize import sanitize_line
from bot.domain.case import Case, CaseStatus
from bot.domain.case_figures import CaseFigures, explain_count, find_figure_label
from bot.domain.cases.queues import CasePage
from bot.domain.department import Department
from bot.domain.paging.page import Page
from bot.domain.persons.person import AuthorContext
from bot.domain.text import format_count

ELSEWHERE = "These are cases that are in this department now. The report counts a case where it was at that time."
NAME_MOST = 60
OPTION_LENGTH = 150


class SearchStatus(StrEnum):
    """What a search may be limited to."""

    OPEN = "open"
    UNCLAIMED = "unclaimed"
    CLAIMED = "claimed"
    RESOLVED = "resolved"

    def includes(self, case: Case) -> bool:
        match self:
            case SearchStatus.OPEN:
                return not case.is_closed
            case SearchStatus.UNCLAIMED:
                return case.status is CaseStatus.NEW
            case SearchStatus.CLAIMED:
                return case.status is CaseStatus.CLAIMED
            case SearchStatus.RESOLVED:
                return case.is_closed

    @classmethod
    def matches_choice(cls, chosen: str, case: Case) -> bool:
        """Whether the case has the chosen status; every case, if none was chosen."""
        return chosen not in set(cls) or cls(chosen).includes(case)


class SearchQuery(NamedTuple):
    """What was asked, kept as the `case` in the metadata of the modal, and the first case that is shown."""

    words: str = ""
    department: str = ""
    status: str = ""
    start: int = 0
    episode: str = ""
    """The id of an episode or campaign whose cases are listed; `words` is then its name."""
    report: str = ""
    """What `/sentiment` was asked, if the cases behind its figures are listed."""
    figure: str = ""
    """The figure that was chosen; empty for all of them."""

    def to_json(self) -> str:
        return json.dumps(self, separators=(",", ":"))

    @classmethod
    def from_json(cls, metadata: str) -> Self:
        return cls(*json.loads(metadata))


class SearchResult(NamedTuple):
    page: CasePage
    at: datetime
    figures: CaseFigures = ()
    """What can be chosen, where it is about a report."""
    counted: int = 0
    """How often these cases are in the figure that was chosen."""
    is_cut: bool = False
    """Whether there are more cases of this time than were looked at."""


def render_search_modal(
    query: SearchQuery,
    departments: Sequence[Department],
    origin: ModalMetadata,
    by: str,
    result: SearchResult | None = None,
) -> dict[str, Any]:
    """Return the form, with the results below it once something was searched."""
    statuses = [make_option(one.value.capitalize(), one.value) for one in SearchStatus]
    filters = [
        make_input(block, label, _make_filter(options, chosen), optional=True)
        for block, label, options, chosen in (
            (action_ids.DEPARTMENT, "Department", make_department_options(departments), query.department),
            (action_ids.STATUS, "Status", statuses, query.status),
        )
        if options
    ]
    return make_modal(
        action_ids.SEARCH_MODAL,
        "Cases of a report" if query.report else "Search",
        "Show" if query.report else "Search",
        origin._replace(case=query.to_json()),
        *(_render_figure_menu(result) if query.report else [_render_name_input()]),
        *filters,
        *(_render_results(query, result, by) if result else []),
        close="Close",
    )


def _render_name_input() -> Block:
    person = {"type": "plain_text_input", "max_length": NAME_MOST, "placeholder": make_plain_text("@marta or Silva")}
    return make_input(action_ids.AUTHOR, "Name or handle", person, hint="The first letters are enough.")


def _render_figure_menu(result: SearchResult | None) -> list[Block]:
    """Return the menu of figures, in the groups of the report."""
    groups: list[Block] = []
    for title, figures in result.figures if result else ():
        options = [make_option(label, figure) for label, figure, _ in figures if len(figure) <= OPTION_LENGTH]
        groups += [{"label": make_plain_text(title, 75), "options": options}] if options else []
    menu = {"type": "static_select", "option_groups": groups, "placeholder": make_plain_text("All of this time")}
    hint = "A post that joined a case or needed no department has none of its own."
    return [make_input(action_ids.FIGURE, "Cases behind", menu, hint=hint, optional=True)] if groups else []


def _make_filter(options: list[Block], chosen: str) -> Block:
    """Return a menu, on what was chosen before."""
    found = [one for one in options if one["value"] == chosen]
    return {**make_select(options), **({"initial_option": found[0]} if found else {})}


def _render_results(query: SearchQuery, result: SearchResult, by: str) -> list[Block]:
    page, at = result.page, result.at
    reason = ELSEWHERE if query.report and query.department else ""
    if not query.department and not query.status:
        reason = explain_count(result.figures, query.figure, page.total, counted=result.counted, is_cut=result.is_cut)
    note = [make_context(reason)] if reason else []
    if query.report:
        figure = find_figure_label(result.figures, query.figure)
        behind = f"behind “{sanitize_line(figure, NAME_MOST)}” " if figure else ""
        words = f"{behind}in {action_ids.SENTIMENT} {sanitize_line(query.report, NAME_MOST)}"
    else:
        words = f"{'of' if query.episode else 'from'} “{sanitize_line(query.words, NAME_MOST)}”"
    if not page.total:
        none = f"No case {words}." if query.report else f"No case {words}. Search covers the last six months."
        return [{"type": "divider"}, make_section(make_plain_text(none)), *note]
    where = f"{page.start + 1:,} – {page.end:,} of " if page.total > len(page.cases) else ""
    head = make_section(make_plain_text(f"{where}{format_count(page.total, 'case')} {words}"))
    rows = [
        block for case in page.cases for block in (render_case_line(case, at, by), _render_result_buttons(case, by))
    ]
    return [{"type": "divider"}, head, *note, *rows, *_render_result_pager(page)]


def _render_result_buttons(case: Case, by: str) -> Block:
    view = make_button("View", action_ids.HOME_VIEW, case.id)
    return make_actions(*(one for one in list_case_buttons(case, by) if one["action_id"] != action_ids.RESOLVE), view)


def _render_result_pager(page: CasePage) -> list[Block]:
    pages = []
    if page.start:
        pages.append(make_button("First page", action_ids.SEARCH_PAGE, "0"))
    if page.end < page.total:
        pages.append(make_button("Show more", action_ids.SEARCH_NEXT, str(page.end)))
    return [make_actions(*pages)] if pages else []


def render_case_modal(
    case: Case,
    department: Department,
    at: datetime,
    page: Page | None,
    author: AuthorContext,
    by: str,
    origin: ModalMetadata,
) -> dict[str, Any]:
    """Return a case in full, with what the person can do next."""
    is_own = case.status is CaseStatus.CLAIMED and case.owner == by
    reply = [make_button("Reply…", action_ids.REPLY, case.id)] if is_own else []
    caution = format_caution(case, department, author, at, by) if case.status is CaseStatus.NEW else ""
    buttons = [*list_case_buttons(case, by), *reply, *render_open_post_button(case, caution=caution)]
    actions = [make_actions(*buttons)] if buttons else []
    return _make_view_modal("Case", origin, [*_list_shown(render_case(case, department, at, page, author)), *actions])


def render_activity_modal(card: RenderedMessage, origin: ModalMetadata) -> dict[str, Any]:
    """Return an episode or a crisis in full; it is worked on where its card is."""
    return _make_view_modal("Details", origin, _list_shown(card))


def _make_view_modal(title: str, origin: ModalMetadata, blocks: Sequence[Block]) -> dict[str, Any]:
    modal = make_modal(action_ids.CASE_DETAILS, title, "Done", origin, *blocks, close="Close")
    return {key: value for key, value in modal.items() if key != "submit"}


def _list_shown(card: RenderedMessage) -> list[Block]:
    """Return the card without its buttons, which redraw the message that they are on."""
    shown = [block for block in card.all_blocks if block["type"] != "actions"]
    return [{key: value for key, value in block.items() if key not in {"accessory", "block_id"}} for block in shown]
