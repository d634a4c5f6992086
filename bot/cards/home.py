"""The Home tab: own cases, the queues of the person's departments, on call, the day's figures, and the status."""

from typing import Any

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    make_actions,
    make_button,
    make_context,
    make_header,
    make_plain_text,
    make_section,
)
from bot.cards.case_lists import render_case_rows, render_list_title, render_next_page
from bot.cards.follow_ups import render_follow_up_row
from bot.cards.home_overview import render_activity, render_day, render_on_call_rows, render_status
from bot.cards.home_view import AS_OPENED, ASSIGNED, DepartmentSummary, HomeNotice, HomeState, HomeView
from bot.cards.modal_blocks import MAX_OPTIONS, make_option
from bot.cards.owner_brief import format_day_message
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.cards.thanks import render_shareworthy_row
from bot.domain.cases.queues import CasePage, CaseQueue
from bot.domain.text import format_count

DEPARTMENTS_SHOWN = 30
DAY_MESSAGES_SHOWN = 3
FOLLOW_UPS_SHOWN = 5
"""Departments. All have a direct message, too."""
TITLES = {ASSIGNED: "Assigned to me", CaseQueue.OVERDUE: "Overdue", CaseQueue.UNCLAIMED: "Unclaimed"}
HOW = (
    "Claim a case, answer the person in public under your own name, then resolve it. "
    f"`{action_ids.SENTIMENT} today` shows how the day is going, `{action_ids.ONCALL} help` lists what you can change."
)
COLLEAGUE = (
    "You aren't in a department here, but you can still help.\n"
    "• Seen a post that somebody should answer? Open the menu ⋮ of its message in Slack and choose "
    "*Flag for a department*.\n"
    "• Is a case in the wrong department? Choose *Re-route…* on its card. On praise, choose *Thank*.\n"
    f"• Ask `{action_ids.SENTIMENT} today` in any channel to see what people say.\n"
    f"• Ask `{action_ids.ONCALL}` to see who is on call.\n"
    f"• A manager can add you to a department with `{action_ids.EARSHOT} deputize`."
)


def render_home(home: HomeView, notice: HomeNotice | None = None) -> dict[str, Any]:
    """Return a view of type home; its metadata holds what the person has chosen."""
    parts = (
        [make_section(format_day_message(one)) for one in home.day_messages[:DAY_MESSAGES_SHOWN]],
        _render_assigned(home) if home.is_staff or home.assigned.total else [],
        _render_other_tasks(home),
        _render_queues(home) if home.is_staff else _render_open_counts(home),
        render_on_call_rows(home) if home.is_staff else [],
        render_day(home) if home.is_manager else [],
        render_activity(home) if home.is_manager else [],
        render_status(home),
        [make_context(HOW)] if home.is_staff else [],
    )
    blocks: list[Block] = []
    for part in parts:
        blocks += [{"type": "divider"}, *part] if blocks and part else part
    return {"type": "home", "private_metadata": home.state.to_json(), "blocks": _insert_notice(blocks, notice)}


def render_home_unavailable(sentence: str, state: HomeState = AS_OPENED) -> dict[str, Any]:
    """Return a view that only says why there is nothing to show."""
    shown = make_section(make_plain_text(sentence))
    return {"type": "home", "private_metadata": state.to_json(), "blocks": [shown]}


def _insert_notice(blocks: list[Block], notice: HomeNotice | None) -> list[Block]:
    """Put the outcome where the click was: before what is there now, or else at the end of that section."""
    if notice is None:
        return blocks
    ids = [block.get("block_id", "") for block in blocks]
    section = action_ids.parse_home_section(notice.place)
    within = [number for number, one in enumerate(ids) if section and action_ids.parse_home_section(one) == section]
    if notice.place in ids:
        row = ids.index(notice.place)
        at = row - 1 if row and blocks[row - 1]["type"] == "rich_text" else row + 1
    else:
        at = within[-1] + 1 if within else 0
    shown = [{**block, "block_id": f"{notice.place}/{number}"} for number, block in enumerate(notice.blocks)]
    return [*blocks[:at], *(shown if notice.place else notice.blocks), *blocks[at:]]


def _render_assigned(home: HomeView) -> list[Block]:
    title, page = TITLES[ASSIGNED], home.assigned
    head = make_header(f"{title} · {page.total:,}" if page.total else title)
    if not page.total:
        none = "Nothing. Claim a case and it shows up here."
        return [head, make_section(none, block_id=action_ids.build_home_place(ASSIGNED))]
    paged = [render_list_title(ASSIGNED, title, page)] if page.start else []
    rows = render_case_rows(ASSIGNED, page, home.at, home.person)
    return [head, *paged, *rows, *render_next_page(ASSIGNED, title, page)]


def _render_other_tasks(home: HomeView) -> list[Block]:
    """Return one line for the follow-ups of each department that the person was asked for, and one for praise."""
    asked = [one.department for one in home.departments if home.follow_ups.get(one.department.name)]
    rows = [render_follow_up_row(home.person, home.follow_ups[one.name], one) for one in asked[:FOLLOW_UPS_SHOWN]]
    return [*rows, *([render_shareworthy_row(home.shareworthy)] if home.shareworthy else [])]


def _render_queues(home: HomeView) -> list[Block]:
    blocks = [make_header("Team queues"), _render_filters(home)]
    blocks.append(make_section("\n".join(_list_department_lines(home)) or "The playbook has no departments yet."))
    if len(home.queues) > 1 and not any(page.total for _, page in home.queues):
        place = action_ids.build_home_place(CaseQueue.UNCLAIMED)
        return [*blocks, make_section("✅ Nothing is overdue or unclaimed.", block_id=place)]
    for queue, page in home.queues:
        blocks += _render_queue(home, queue, page)
    return blocks


def _render_queue(home: HomeView, queue: CaseQueue, page: CasePage) -> list[Block]:
    title = TITLES[queue]
    is_new, is_alone = queue is CaseQueue.UNCLAIMED, len(home.queues) == 1
    if not page.total:
        none = "Nothing else waits to be claimed." if is_new else "Nothing is overdue."
        return [make_section(f"✅ {none}", block_id=action_ids.build_home_place(queue))]
    title += ", not due yet" if is_new and not is_alone else ""
    rows = render_case_rows(queue, page, home.at, home.person)
    return [render_list_title(queue, title, page), *rows, *render_next_page(queue, title, page)]


def _render_filters(home: HomeView) -> Block:
    names = [one.department.name for one in home.departments]
    departments = [make_option("All departments", action_ids.ANY), *(make_option(name, name) for name in names)]
    queues = [
        make_option("Every status", action_ids.ANY),
        make_option("Overdue", CaseQueue.OVERDUE),
        make_option("Unclaimed", CaseQueue.UNCLAIMED),
    ]
    filters = [_make_filter(action_ids.HOME_STATUS, queues, home.state.queue, "Status")]
    if len(names) > 1:
        filters.insert(0, _make_filter(action_ids.HOME_DEPARTMENT, departments, home.state.department, "Department"))
    search = make_button("Search…", action_ids.HOME_SEARCH, a11y_label="Search cases by person")
    return make_actions(*filters, search, block_id=action_ids.build_home_place("filter"))


def _make_filter(action_id: str, options: list[Block], chosen: str, placeholder: str) -> Block:
    options = options[:MAX_OPTIONS]
    current = next((one for one in options if one["value"] == chosen), options[0])
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": make_plain_text(placeholder),
        "options": options,
        "initial_option": current,
    }


def _render_open_counts(home: HomeView) -> list[Block]:
    lines = _list_department_lines(home, with_on_call=True)
    waiting = [make_header("Team queues"), make_section("\n".join(lines))] if lines else []
    return [make_header("What you can do"), make_section(COLLEAGUE), *waiting]


def _list_department_lines(home: HomeView, *, with_on_call: bool = False) -> list[str]:
    shown = home.departments[:DEPARTMENTS_SHOWN]
    lines = [_format_department_line(one) + (_format_on_call(one) if with_on_call else "") for one in shown]
    more = len(home.departments) - len(lines)
    return [*lines, f"… and {format_count(more, 'department')} more"] if more > 0 else lines


def _format_department_line(summary: DepartmentSummary) -> str:
    name = escape(sanitize_line(summary.department.name, 60))
    where = f" <#{summary.department.channel}>" if summary.department.channel else ""
    counts = summary.counts
    point = f" · point: <@{summary.department.point}>" if summary.department.point else ""
    if not counts.open:
        return f"*{name}*{where} · nothing open{point}"
    overdue = f" · *{counts.overdue:,} overdue*" if counts.overdue else ""
    unclaimed = f"{counts.unclaimed:,} unclaimed" if counts.unclaimed else "all claimed"
    return f"*{name}*{where} · {counts.open:,} open · {unclaimed}{overdue}{point}"


def _format_on_call(summary: DepartmentSummary) -> str:
    """Return who is on call, for a department with a schedule."""
    now = summary.on_call.current
    if not summary.department.schedules:
        return ""
    until = f" until {format_date(now.until)}" if now.until else ""
    if now.has_gap or not now.people:
        return f" · ⚠️ nobody on call{until}"
    return f" · on call <@{now.people[0]}>{until}"
