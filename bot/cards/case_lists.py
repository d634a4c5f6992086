"""Rows of cases on the Home tab and in search results: the words in one line, the facts in another, two buttons."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_date,
    make_line,
    make_rich_text,
    make_run,
    make_section,
    make_user_mention,
    render_text,
)
from bot.cards.case_mention import (
    WORDLESS,
    escape_author,
    format_author,
    format_case_type,
    format_kind_noun,
    format_stars,
    pick_sentiment_emoji,
)
from bot.cards.case_status import DATA_DELETED
from bot.cards.sanitize import SAME_DAY, format_date, sanitize_line
from bot.domain.case import Case, CaseStatus
from bot.domain.cases.queues import CasePage
from bot.domain.erasure import is_closed_on_request
from bot.domain.text import format_duration

WORDS_SHOWN = 140


def render_case_rows(section: str, page: CasePage, at: datetime, by: str) -> list[Block]:
    """Return two blocks for each case; the id of the second says where on the page it is."""
    return [
        block
        for number, case in enumerate(page.cases)
        for block in (
            render_case_line(case, at, by),
            make_actions(*_list_row_buttons(case, by), block_id=action_ids.build_home_place(section, number)),
        )
    ]


def render_case_line(case: Case, at: datetime, by: str = "") -> Block:
    """Return what, who and the words in one line, and status, clock, priority and department in another."""
    words = sanitize_line(case.mention.text, WORDS_SHOWN) or WORDLESS
    mark = "🚨" if case.is_urgent else pick_sentiment_emoji(case.assessment)
    stars = format_stars(case.mention)
    return make_rich_text(
        make_line(
            f"{mark} ",
            make_run(f"{format_case_type(case)}{stars} · {format_author(case.mention, 40)}", bold=True),
            f"  {words}",
        ),
        make_line(*_iter_fact_runs(case, at, by)),
    )


def _iter_fact_runs(case: Case, at: datetime, by: str) -> Iterator[Block | str]:
    match case.status:
        case CaseStatus.NEW:
            yield make_run("Unclaimed", bold=True)
        case CaseStatus.CLAIMED:
            owner = "you" if case.owner == by else make_user_mention(case.owner)
            yield from (make_run("Claimed", bold=True), " by ", owner)
        case CaseStatus.RESOLVED if is_closed_on_request(case):
            yield from (make_run("Closed", bold=True), f" · {DATA_DELETED}")
        case CaseStatus.RESOLVED:
            yield make_run("Merged" if case.merged_into else "Resolved", bold=True)
            if case.resolution:
                yield f" · {case.resolution.value}"
    yield from _iter_clock_runs(case, at)
    yield f" · {case.priority.value.capitalize()} · {sanitize_line(case.department, 60)}"


def _iter_clock_runs(case: Case, at: datetime) -> Iterator[Block | str]:
    if case.snooze and case.is_snoozed:
        yield " · snoozed until "
        yield make_date(case.snooze.until)
        return
    if case.is_closed or case.due is None:
        return
    if case.is_overdue(at):
        yield from (" · ", make_run(f"{format_duration(at - case.due)} overdue", bold=True))
        return
    yield " · claim by " if case.status is CaseStatus.NEW else " · due "
    yield make_date(case.due, "{time}") if case.due - at < SAME_DAY else make_date(case.due)


def _list_row_buttons(case: Case, by: str) -> Sequence[Block]:
    whose = f"{format_kind_noun(case)} from {format_author(case.mention)}"
    view = make_button("View", action_ids.HOME_VIEW, case.id, a11y_label=f"View: {whose}")
    return (*list_case_buttons(case, by), view)


def list_case_buttons(case: Case, by: str) -> Sequence[Block]:
    """Return what the person can do next with the case: claim it, or resolve their own."""
    whose = f"{format_kind_noun(case)} from {format_author(case.mention)}"
    if case.status is CaseStatus.NEW:
        return (make_button("Claim", action_ids.HOME_CLAIM, case.id, style="primary", a11y_label=f"Claim: {whose}"),)
    if case.status is CaseStatus.CLAIMED and case.owner == by:
        return (make_button("Resolve…", action_ids.RESOLVE, case.id, a11y_label=f"Resolve: {whose}"),)
    return ()


def render_list_title(section: str, title: str, page: CasePage) -> Block:
    """Return the title with the count, or with the part that is shown and a button back to the first page."""
    place = action_ids.build_home_place(section)
    if not page.start:
        return make_section(f"*{title}* · {page.total:,}", block_id=place)
    back = make_button("First page", action_ids.HOME_PAGE, f"{section}:0", a11y_label=f"{title}: first page")
    return make_section(
        f"*{title}* · {page.start + 1:,} – {page.end:,} of {page.total:,}", accessory=back, block_id=place
    )


def render_next_page(section: str, title: str, page: CasePage) -> list[Block]:
    """Return how many cases come after this page, with the button that shows the next ones."""
    unread = page.end - page.start - len(page.cases)
    lost = [make_section(f"⚠️ {unread:,} can't be shown. Nothing is lost.")] if unread > 0 else []
    if page.end >= page.total:
        return lost
    more = make_button("Show more", action_ids.HOME_PAGE, f"{section}:{page.end}", a11y_label=f"{title}: show more")
    return [*lost, make_section(f"… and {page.total - page.end:,} more", accessory=more)]


def render_claim_outcome(case: Case) -> RenderedMessage:
    """Return what takes the place of a row once the person has claimed its case."""
    due = f", due {format_date(case.due)}" if case.due else ""
    return render_text(f"✅ You claimed the {format_kind_noun(case)} from {escape_author(case.mention)}{due}.")


def render_resolve_outcome(case: Case) -> RenderedMessage:
    how = f" as {case.resolution.value}" if case.resolution else ""
    return render_text(f"✅ You resolved the {format_kind_noun(case)} from {escape_author(case.mention)}{how}.")
