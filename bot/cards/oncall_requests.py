"""A swap or a cover that somebody is asked for: the question, what the asker is told, and how it ended."""

from bot.cards import buttons, drawing
from bot.cards.drawing import Drawing
from bot.cards.oncall import spoken
from bot.cards.words import escape, moment
from bot.domain.notification import ScheduleItem
from bot.domain.schedules.schedule import CoverOutcome, CoverRequest


def draw_asked(plea: CoverRequest, zone: str) -> Drawing:
    """Back to the asker. Times in the zone in which they were read, so that a mistake shows."""
    theirs = ""
    if plea.their_start and plea.their_end:
        theirs = f", and you from {spoken(plea.their_start, zone)} until {spoken(plea.their_end, zone)}"
    text = (
        f"🙏 Asked <@{plea.to}>: they would have *{escape(plea.schedule)}* from {spoken(plea.start, zone)} until "
        f"{spoken(plea.end, zone)}{theirs}. Until they accept, nothing changes; they can answer until "
        f"{spoken(plea.until, zone) if plea.until else 'then'}."
    )
    return _text(text)


def draw_request(plea: CoverRequest) -> Drawing:
    """By direct message to whoever is asked."""
    span = f"*{escape(plea.schedule)}* from {moment(plea.start)} until {moment(plea.end)}"
    swap = ""
    if plea.their_start and plea.their_end:
        swap = f", and would take your shift from {moment(plea.their_start)} until {moment(plea.their_end)}"
    by = f" You can answer until {moment(plea.until)}." if plea.until else ""
    text = f"🙏 <@{plea.person}> asks you to be on call for {span}{swap}. Nothing changes unless you accept.{by}"
    value = str(ScheduleItem(plea.schedule, plea.id))
    press = [
        drawing.button("Accept", buttons.ONCALL_ACCEPT, value, style="primary", aloud="Accept: these shifts are yours"),
        drawing.button("Decline", buttons.ONCALL_DECLINE, value, aloud="Decline: nothing changes"),
    ]
    return Drawing(text, [drawing.section(drawing.mrkdwn(text)), drawing.actions(*press)])


def draw_declined(plea: CoverRequest) -> Drawing:
    """In place of the request."""
    return _text(f"You declined. <@{plea.person}> keeps *{escape(plea.schedule)}* from {moment(plea.start)}.")


def draw_outcome(plea: CoverRequest) -> Drawing:
    """By direct message to the asker, where nothing came of it."""
    no = "declined" if plea.outcome is CoverOutcome.DECLINED else "did not answer in time"
    text = (
        f"📟 <@{plea.to}> {no}: *{escape(plea.schedule)}* from {moment(plea.start)} until {moment(plea.end)} is still "
        "yours. `/oncall cover me` asks everybody in the channel."
    )
    return _text(text)


def _text(text: str) -> Drawing:
    return Drawing(text, [drawing.section(drawing.mrkdwn(text))])
