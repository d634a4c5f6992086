"""Requests to one person to swap or cover a shift: the question, the receipt, the outcome."""

from bot.cards import action_ids
from bot.cards.block_kit import RenderedMessage, make_actions, make_button, render_text
from bot.cards.oncall import format_local_time
from bot.cards.sanitize import escape, format_date
from bot.domain.oncall.schedule import CoverOutcome, CoverRequest
from bot.domain.outbox import ScheduleItem


def render_request_sent(request: CoverRequest, zone: str) -> RenderedMessage:
    """Return the receipt for the requester, with times in the zone in which they were parsed."""
    theirs = ""
    if request.their_start and request.their_end:
        theirs = (
            f", in exchange for their shift from {format_local_time(request.their_start, zone)} until "
            f"{format_local_time(request.their_end, zone)}"
        )
    text = (
        f"🙏 Asked <@{request.to}> to take *{escape(request.schedule)}* from "
        f"{format_local_time(request.start, zone)} until "
        f"{format_local_time(request.end, zone)}{theirs}. Nothing changes unless they accept by "
        f"{format_local_time(request.until, zone) if request.until else 'then'}."
    )
    return render_text(text)


def render_personal_request(request: CoverRequest) -> RenderedMessage:
    """Return the direct message to the person who is asked."""
    span = f"*{escape(request.schedule)}* from {format_date(request.start)} until {format_date(request.end)}"
    swap = ""
    if request.their_start and request.their_end:
        swap = (
            f", and offers to take your shift from {format_date(request.their_start)} until "
            f"{format_date(request.their_end)}"
        )
    by = f" Answer by {format_date(request.until)}." if request.until else ""
    text = f"🙏 <@{request.person}> asks you to be on call for {span}{swap}. Nothing changes unless you accept.{by}"
    value = str(ScheduleItem(request.schedule, request.id))
    press = [
        make_button("Accept", action_ids.ONCALL_ACCEPT, value, style="primary", a11y_label="Accept the request"),
        make_button("Decline", action_ids.ONCALL_DECLINE, value, a11y_label="Decline the request"),
    ]
    return render_text(text, make_actions(*press))


def render_request_declined(request: CoverRequest) -> RenderedMessage:
    """Return what replaces a declined request."""
    return render_text(
        f"You declined. <@{request.person}> keeps *{escape(request.schedule)}* from {format_date(request.start)}."
    )


def render_request_outcome(request: CoverRequest) -> RenderedMessage:
    """Return the direct message to the requester about a declined or expired request."""
    no = "declined" if request.outcome is CoverOutcome.DECLINED else "didn't answer in time"
    text = (
        f"📟 <@{request.to}> {no}: *{escape(request.schedule)}* from {format_date(request.start)} until "
        f"{format_date(request.end)} is still yours. Ask the whole channel with `/oncall cover me`."
    )
    return render_text(text)
