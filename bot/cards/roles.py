"""Answers to `/earshot deputize`, `deputies`, `dismiss` and `point`, and the direct message to a new deputy."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_section,
    render_text,
)
from bot.cards.oncall import format_local_time
from bot.cards.owner_brief import OFFERS_SHOWN, format_offer
from bot.cards.sanitize import escape, format_date, sanitize_line, truncate
from bot.domain.department import Department
from bot.domain.offers import OfferUse
from bot.domain.roles import RoleGrant
from bot.domain.text import format_duration

SHOWN = 20
"""Departments in one list."""
GRANTS_SHOWN = 20
"""Deputies of one department in a list."""
DEFAULT_POLICY = "Answer in public under your own name. When you are not sure, ask before you answer."
NOBODY_YET = "nobody"


class DepartmentRoles(NamedTuple):
    """A department, with its point person of this moment, and the deputies who were made one in Slack."""

    department: Department
    grants: tuple[RoleGrant, ...]
    is_in_playbook: bool = True


def render_deputize_receipt(
    grant: RoleGrant, department: Department, zone: str, at: datetime, *, is_told: bool
) -> RenderedMessage:
    """Return the receipt: what was understood, and a button to undo it. `is_told`: a direct message goes to them."""
    text = f"✅ <@{grant.person}> is a deputy of {_format_name(department.name)} {_format_end(grant, zone, at)}."
    if department.deputies_accept and not grant.accepted_at:
        text += " They can claim once they accept the policy, which Earshot sends them now."
    elif is_told:
        text += " They can claim now. Earshot sends them the policy."
    else:
        text += " They were a deputy before, so Earshot does not write to them again."
    return _render_receipt(text, zone, f"end/{grant.id}")


def render_dismiss_receipt(grant: RoleGrant, *, can_undo: bool) -> RenderedMessage:
    text = (
        f"✅ <@{grant.person}> is no longer a deputy of {_format_name(grant.department)}. "
        "Cases that they own stay theirs until they resolve or release them."
    )
    return render_text(text, *([_render_undo(f"restore/{grant.id}")] if can_undo else []))


def render_point_receipt(grant: RoleGrant, zone: str, at: datetime) -> RenderedMessage:
    name = _format_name(grant.department)
    if grant.person:
        text = f"✅ <@{grant.person}> is the point person of {name} {_format_end(grant, zone, at)}."
    else:
        text = f"✅ {name} has no point person now."
    return _render_receipt(text, zone, f"end/{grant.id}")


def render_undo_receipt(grant: RoleGrant, *, is_restored: bool) -> RenderedMessage:
    if is_restored:
        return render_text(f"↩️ Undone. <@{grant.person}> is a deputy of {_format_name(grant.department)} again.")
    return render_text(f"↩️ Undone. {_format_name(grant.department)} is as it was before.")


def _render_receipt(text: str, zone: str, undo: str) -> RenderedMessage:
    return render_text(text, make_context(f"Times are in {escape(zone.replace('_', ' '))}."), _render_undo(undo))


def _render_undo(value: str) -> Block:
    return make_actions(make_button("Undo", action_ids.ROLE_UNDO, value))


def _format_name(name: str) -> str:
    return f"*{escape(sanitize_line(name, 60))}*"


def _format_end(grant: RoleGrant, zone: str, at: datetime) -> str:
    if grant.until is None:
        return "until somebody ends it"
    return f"until {format_local_time(grant.until, zone)} ({format_duration(grant.until - at)})"


def render_deputy_welcome(grant: RoleGrant, department: Department) -> RenderedMessage:
    """Return the one direct message to a new deputy, with the policy."""
    until = f" until {format_date(grant.until)}" if grant.until else ""
    text = (
        f"👋 <@{grant.by}> made you a deputy of {_format_name(grant.department)}{until}. You can claim its cases, "
        "answer the person in public under your own name, and resolve the case."
    )
    policy = escape(truncate(department.policy.strip() or DEFAULT_POLICY, 1500))
    blocks = [make_section(f"*Policy*\n{policy}")]
    offers = [format_offer(OfferUse(one)) for one in department.offers if not one.people or grant.person in one.people]
    if words := [*offers[:OFFERS_SHOWN], *filter(None, [escape(sanitize_line(department.authority, 500))])]:
        blocks.append(make_section("\n".join(["*You can offer*", *words])))
    if grant.accepted_at is None:
        hint = (
            "Accept to start." if department.deputies_accept else "You can claim now. Accept when you have read this."
        )
        accept = make_button(
            "Accept", action_ids.DEPUTY_ACCEPT, grant.id, style="primary", a11y_label="Accept the policy of deputies"
        )
        blocks += [make_context(hint), make_actions(accept)]
    return render_text(text, *blocks)


def render_policy_receipt(grant: RoleGrant, department: Department) -> RenderedMessage:
    """Return what replaces the direct message."""
    until = f" until {format_date(grant.until)}" if grant.until else ""
    where = f" in <#{department.channel}>" if department.channel else ""
    return render_text(f"✅ Accepted. You can claim cases of {_format_name(grant.department)}{where}{until}.")


def render_deputies(departments: Sequence[DepartmentRoles]) -> RenderedMessage:
    """Return the deputies of each department: those of the playbook, and those who were made one in Slack."""
    blocks = [make_section("\n".join(_list_deputy_lines(one))) for one in departments[:SHOWN]]
    blocks.append(make_context("People on call for a department and managers can claim there, too."))
    return RenderedMessage("Deputies", blocks)


def _list_deputy_lines(one: DepartmentRoles) -> list[str]:
    gone = "" if one.is_in_playbook else " (no longer in the playbook)"
    named = ", ".join(_format_member(member) for member in one.department.deputies[:GRANTS_SHOWN])
    lines = [f"{_format_name(one.department.name)}{gone}: {named or 'nobody by the playbook'}"]
    lines += [f"• {_format_grant(grant)}" for grant in one.grants[:GRANTS_SHOWN]]
    more = len(one.grants) - GRANTS_SHOWN
    return [*lines, f"… and {more} more"] if more > 0 else lines


def _format_member(member: str) -> str:
    return f"<!subteam^{member}>" if member.startswith("S") else f"<@{member}>"


def _format_grant(grant: RoleGrant) -> str:
    until = f"until {format_date(grant.until)}" if grant.until else "no end"
    accepted = f"accepted {format_date(grant.accepted_at)}" if grant.accepted_at else "not accepted yet"
    return f"<@{grant.person}> · {until} · since {format_date(grant.since)}, by <@{grant.by}> · {accepted}"


def render_points(departments: Sequence[DepartmentRoles]) -> RenderedMessage:
    """Return the point person of each department; `grants` is the running grant, if there is one."""
    lines = [_format_point_line(one) for one in departments[:SHOWN]]
    text = "\n".join(lines)
    return render_text(text, make_context("Set one with `/earshot point @ana care`, with `until …` to cover."))


def _format_point_line(one: DepartmentRoles) -> str:
    until = next((f" until {format_date(grant.until)}" for grant in one.grants if grant.until), "")
    who = f"<@{one.department.point}>{until}" if one.department.point else NOBODY_YET
    return f"{_format_name(one.department.name)}: {who}"
