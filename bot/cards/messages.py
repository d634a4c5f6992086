"""What is said beside the cards: reminders in the channel, and direct messages. Each says what to do next.

`link` is the address of the case's card, where it is known.
"""

from datetime import datetime

from bot.cards import buttons, drawing, said, standing
from bot.cards.confirmation import NOT_YET, confirm_button
from bot.cards.drawing import Block, Drawing
from bot.cards.words import escape, moment
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseStatus
from bot.domain.clocks import find_people_to_notify
from bot.domain.department import Department
from bot.domain.destination import Destination, ToChannel, ToPerson
from bot.domain.routing import NOBODY
from bot.domain.schedules.duty import OnCallSnapshot
from bot.domain.words import format_count, format_duration

REMINDED = 140
_TAKEN: dict[str, str] = {
    AuditAction.LEASE_RAN_OUT: "",
    AuditAction.RELEASED: "released",
    AuditAction.HANDED_OVER: "handed over",
    AuditAction.ROUTE_CORRECTED: "passed on",
    AuditAction.RESOLVED: "resolved",
}
"""By what happened to a case, how it is said to whoever had it."""
WORDS_SHOWN = 300
"""Characters of the post, where it is quoted to somebody who has not seen the card."""


def reminder(case: Case, department: Department, at: datetime, link: str = "") -> Drawing:
    """In the channel: nobody has claimed it."""
    waited = format_duration(at - case.opened_at)
    words = f"⏰ Nobody has claimed {_the(case)} yet; it came {waited} ago. Who takes it?"
    calls = (
        _calls(department, paged=case.is_confirmed_crisis)
        if not case.has_unsure_sentiment or case.is_confirmed_crisis
        else ""
    )
    return _say(words + calls, said.quotation(case.mention, REMINDED), actions=[_claim(case), *_card(link)])


def _calls(department: Department, *, paged: bool) -> str:
    """Who else hears of what nobody claims. `paged`: it has called by itself since it came."""
    if not department.on_call:
        return ""
    if paged:
        return " The people on call have been paged already, because a crisis cannot wait."
    return " If nobody does, the people on call are told next."


def taken(case: Case) -> Drawing:
    """What becomes of a reminder. It says what happened, which stays true whoever has the case next."""
    if case.status is CaseStatus.RESOLVED:
        return _say(f"✅ <@{case.closed_by}> resolved {_the(case)}.")
    if case.status is CaseStatus.CLAIMED:
        return _say(f"🙋 <@{case.owner}> claimed {_the(case)}.")
    return _say(f"➡️ {_the(case, 'The')} moved to {escape(case.department)}.")


def call(
    case: Case, department: Department, duty: OnCallSnapshot, to: Destination, at: datetime, link: str = ""
) -> Drawing:
    """By direct message to somebody on call; in a hole of the schedule also in the fallback channel."""
    waited = format_duration(at - case.opened_at)
    words = (
        f"{_mark(case)} {_you_are(department, duty, to)} Nobody has claimed {_the(case)} for {waited}. "
        f"Press *Claim* if you can take it; {_after(case, department, duty)}."
    )
    return _say(words, said.quotation(case.mention, WORDS_SHOWN), actions=[_claim(case), *_card(link), *_post(case)])


def _you_are(department: Department, duty: OnCallSnapshot, to: Destination) -> str:
    """Why whoever reads this is called: she was on call then, which may be over by now."""
    name = escape(department.name)
    if duty.has_gap:
        you = "." if isinstance(to, ToChannel) else ", so you are called."
        return f"Nobody is on call for {name} now, because {escape(duty.schedule)} has a hole{you}"
    on_call = isinstance(to, ToPerson) and to.id in duty.people
    return f"You are {'on call' if on_call else 'called'} for {name}."


def _after(case: Case, department: Department, duty: OnCallSnapshot) -> str:
    if not find_people_to_notify(case, department, duty):
        return "if not, tell somebody who can, for you are the last who is called"
    return "if not, the next person is called"


def list_reminder(waiting: int, department: Department, link: str, *, paged: bool = False) -> Drawing:
    """In the channel: cases on a list that nobody has claimed. `paged`: all of them are crises."""
    words = f"⏰ {format_count(waiting, 'case')} on one list {_wait(waiting)} for somebody to claim."
    return _say(words + _calls(department, paged=paged), actions=_list(link))


def list_call(waiting: int, department: Department, duty: OnCallSnapshot, to: Destination, link: str) -> Drawing:
    """By direct message to somebody on call: many at once are one call."""
    words = (
        f"📟 {_you_are(department, duty, to)} {format_count(waiting, 'case')} on one list {_wait(waiting)} for "
        f"somebody in {_channel(department)}. Claim there what you can; the next person is called, too."
    )
    return _say(words, actions=_list(link))


def lease(case: Case, department: Department, link: str = "") -> Drawing:
    """By direct message to the owner, when half of the claim's time has gone."""
    ends = f" at {moment(case.lease_ends, '{time}')}" if case.lease_ends else " soon"
    words = (
        f"⏳ Are you still on {_the(case)}? Your claim ends{ends}, and then it goes back to "
        f"{escape(department.name)}. Press *Keep it* for as long again, or *Release* so that somebody else can take it."
    )
    keep = drawing.button("Keep it", buttons.KEEP, case.id, style="primary", aloud=f"Keep the {said.noun(case)}")
    release = drawing.button("Release", buttons.RELEASE_HERE, case.id, aloud=f"Release the {said.noun(case)}")
    return _say(words, actions=[keep, release, *_card(link), *_post(case)])


def released(case: Case, department: Department, link: str = "") -> Drawing:
    """By direct message to whoever had it: her time is over, or somebody else moved it."""
    last = next((event for event in reversed(case.history) if event.what in _TAKEN), None)
    if last is not None and last.by:
        return _say(_taken(case, last), actions=_card(link) or None)
    words = (
        f"↩️ {_the(case, 'The')} went back to {escape(department.name)}, because the time of your claim is over. "
        "If you were just about to answer, press *Claim* and it is yours again."
    )
    return _say(words, actions=[_claim(case), *_card(link)])


def _taken(case: Case, last: AuditEvent) -> str:
    how = f" ({standing.ours(last.detail, 120)})" if last.detail else ""
    return f"↩️ <@{last.by}> {_TAKEN[last.what]} {_the(case)}, which was yours{how}. You need do nothing more with it."


def joined(case: Case, link: str = "") -> Drawing:
    """By direct message to the owner: the person wrote again."""
    words = f"💬 {said.marked(case.mention)} wrote again; it is part of your case. Open the post to see what is new."
    newest = case.joined[-1].url if case.joined else ""
    return _say(words, actions=[*_card(link), *_post(case, newest)])


def reopened(case: Case, department: Department, link: str = "") -> Drawing:
    """By direct message to whoever resolved it: the person wrote again, and nobody has the case now."""
    words = (
        f"💬 {said.marked(case.mention)} wrote again, so {_the(case)} is open once more and waits in "
        f"{_channel(department)}. If you want to go on with it, press *Claim*."
    )
    newest = case.joined[-1].url if case.joined else ""
    return _say(words, actions=[_claim(case), *_card(link), *_post(case, newest)])


def handed(case: Case, link: str = "") -> Drawing:
    """By direct message to the person who has it now."""
    by = next((event.by for event in reversed(case.history) if event.what == AuditAction.HANDED_OVER), "")
    who = f"<@{by}> handed you" if by else "You were handed"
    due = f" It is to be resolved by {moment(case.due)}." if case.due else ""
    words = f"🤝 {who} {_the(case)}. It is yours now.{due}"
    return _say(words, said.quotation(case.mention, WORDS_SHOWN), actions=[*_card(link), *_post(case)])


def trouble(department: str, channel: str, why: str) -> Drawing:
    """In a fallback channel: a department's own channel cannot be written to. `why` says so, and how to mend it."""
    where = f" (<#{channel}>)" if channel else ""
    return _say(
        f"⚠️ {escape(department)}{where} gets no cards. {escape(why)} Nothing is lost: what waits is posted then."
    )


def claimed(case: Case, department: Department) -> Drawing:
    due = f" Resolve it by {moment(case.due)}." if case.due else ""
    return _say(f"🙋 <@{case.owner}> has {_the(case)} now.{due} Its card is in {_channel(department)}.")


def kept(case: Case) -> Drawing:
    until = f" until {moment(case.lease_ends, '{time}')}" if case.lease_ends else ""
    return _say(f"👍 You keep {_the(case)}{until}.")


def let_go(case: Case, department: Department) -> Drawing:
    return _say(f"↩️ You released {_the(case)}. It waits in {_channel(department)} for somebody to claim it.")


def offer(case: Case, to: str) -> Drawing:
    """After a correction: the rules lead elsewhere now, and nobody is sent there without being asked."""
    if to == NOBODY:
        return _say(
            f"Thank you. By your playbook nobody would have to see {_the(case)} now. "
            "If you agree, close it with *Resolve…* on its card."
        )
    move = drawing.button(
        f"Hand it to {to}", buttons.MOVE_BY_RULES, case.id, style="primary", aloud=f"Hand the {said.noun(case)} over"
    )
    return _say(f"Thank you. By your playbook {_the(case)} belongs to {escape(to)} now.", actions=[move])


def moved(case: Case, department: Department) -> Drawing:
    return _say(f"➡️ {_channel(department)} has {_the(case)} now.")


def brought_back(case: Case, department: Department) -> Drawing:
    return _say(f"🙏 Thank you. {_channel(department)} has {_the(case)} now: case {case.id}.")


def flagged(case: Case, department: Department) -> Drawing:
    asked = f" {NOT_YET}" if case.is_unconfirmed_crisis else ""
    return _say(f"🙏 Thank you. {_channel(department)} has it now: case {case.id}. You need do nothing more.{asked}")


def confirm(case: Case, department: Department, link: str = "") -> Drawing:
    """By direct message to somebody on call, before anybody is paged."""
    by = next((event.by for event in case.history if event.by), "")
    words = (
        f"🚨 <@{by}> flagged this as a crisis for {escape(department.name)}, and isn't on a team here. Is it one? "
        "*Confirm crisis* pages whoever is on call; *Claim* takes it without paging anybody."
    )
    actions = [confirm_button(case, buttons.CONFIRM_HERE), _claim(case), *_card(link), *_post(case)]
    return _say(words, said.quotation(case.mention, WORDS_SHOWN), actions=actions)


def confirmed(case: Case, department: Department) -> Drawing:
    return _say(f"🚨 You confirmed {_the(case)}. {escape(department.name)} is being paged.")


def _the(case: Case, article: str = "the") -> str:
    return f"{article} {said.noun(case)} from {said.marked(case.mention)}"


def _mark(case: Case) -> str:
    return "🚨" if case.is_urgent else "📟"


def _channel(department: Department) -> str:
    return f"<#{department.channel}>" if department.channel else escape(department.name)


def _claim(case: Case) -> Block:
    return drawing.button("Claim", buttons.CLAIM_HERE, case.id, style="primary", aloud=f"Claim the {said.noun(case)}")


def _card(link: str) -> list[Block]:
    return [drawing.button("See the card", buttons.OPEN_CARD, url=link)] if link else []


def _wait(cases: int) -> str:
    return "waits" if cases == 1 else "wait"


def _list(link: str) -> list[Block]:
    return [drawing.button("See the list", buttons.OPEN_CARD, url=link)] if link else []


def _post(case: Case, url: str = "") -> list[Block]:
    from_whom = said.who(case.mention)
    address = url or case.mention.url
    found = drawing.button("Open post", buttons.OPEN_POST, url=address, aloud=f"Open the post of {from_whom}")
    return [found] if "url" in found else []


def _say(words: str, *blocks: Block, actions: list[Block] | None = None) -> Drawing:
    row = [drawing.actions(*actions)] if actions else []
    return Drawing(words, [drawing.section(drawing.mrkdwn(words)), *blocks, *row])
