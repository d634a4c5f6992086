"""The state that the panel shows: queues and their ages, assessments, totals, rate limits, who is on call."""

from datetime import datetime
from typing import Any

from bot.demo.panel.fault_injection import FaultInjector
from bot.demo.session import AssessedMention, DemoSession
from bot.domain.commits import StoreUnavailable
from bot.domain.department import Department
from bot.domain.destination import Destination, ToPerson
from bot.domain.oncall.on_call import OnCallSnapshot, get_listed_on_call

Json = dict[str, Any]
ASSESSED = 12
REASONS = 4
LIMITS = 8


async def build_panel_state(session: DemoSession, faults: FaultInjector) -> Json:
    """Build the state; if the store is unavailable, it says so."""
    at, app = session.clock.now(), session.stage.app
    departments = app.rules.list_departments()
    shown: Json = {
        "now": at.timestamp(),
        "speed": session.speed,
        "teammates": session.teammates,
        "trouble": faults.describe_fault(),
        "day": {"left": session.remaining, "next_in": _count_seconds(session.next_post_at, at)},
        "assessments": [_format_assessment(one) for one in list(session.heard)[:ASSESSED]],
        "limits": _read_limits(session),
    }
    try:
        shown |= {"store": "", "queues": await _read_queues(session, at), "books": await _read_totals(session)}
        found = [await app.on_call_lookup.find_on_call(one.name, at) for one in departments]
    except StoreUnavailable as no:
        shown |= {"store": str(no), "queues": [], "books": {}}
        found = [get_listed_on_call(one) or OnCallSnapshot() for one in departments]
    return shown | {"on_call": [_format_on_call(one, who, at) for one, who in zip(departments, found, strict=True)]}


async def _read_queues(session: DemoSession, at: datetime) -> list[Json]:
    store = session.stage.store
    waiting, oldest = await store.intake.measure_backlog()
    age = at.timestamp() - oldest / 1000 if oldest else 0.0
    due = await store.cases.list_due(at)
    cases = (await store.cases.find(due)).values()
    late = max(((at - case.due).total_seconds() for case in cases if case.due), default=0.0)
    rows = [
        _format_queue("triage", "mentions to assess", waiting, age),
        _format_queue("timers", "deadlines that are due", len(due), late),
    ]
    for queue in await store.outbox.list_queues(1):
        late = (at - queue.head[0].since).total_seconds()
        rows.append(
            _format_queue("delivery", f"to {_name_destination(session, queue.destination)}", queue.length, late)
        )
    return rows if len(rows) > 2 else [*rows, _format_queue("delivery", "to Slack", 0, 0.0)]


def _count_seconds(then: datetime | None, at: datetime) -> float | None:
    return None if then is None else max(0.0, (then - at).total_seconds())


def _format_queue(worker: str, what: str, length: int, age: float | None) -> Json:
    return {"worker": worker, "what": what, "length": length, "age": None if age is None else max(0.0, round(age, 1))}


def _name_destination(session: DemoSession, to: Destination) -> str:
    """Return the channel of a department, or the name of a person."""
    workspace, department = session.stage.workspace, session.stage.app.rules.find_department(str(to))
    channel = workspace.channels.get(department.channel) if department else None
    user = workspace.users.get(to.id) if isinstance(to, ToPerson) else None
    return f"#{channel.name}" if channel else f"@{user.name}" if user else str(to)


async def _read_totals(session: DemoSession) -> Json:
    totals = await session.stage.store.mention_counters.read()
    keys = ("seen", "opened", "joined", "tallied", "spam", "waiting", "dead", "unaccounted")
    return {key: getattr(totals, key) for key in keys}


def _format_assessment(assessed: AssessedMention) -> Json:
    found, mention = assessed.assessment, assessed.mention
    sentiment = found.sentiment.value
    return {
        "who": mention.display_name,
        "text": mention.text[:200],
        "at": assessed.at.timestamp(),
        "sentiment": "unclear" if found.is_unsure else sentiment,
        "confidence": round(found.probabilities[sentiment], 2),
        "intent": found.intent.value,
        "urgency": found.urgency,
        "because": [words[:160] for words in found.reasons[:REASONS]],
        "to": assessed.route.to,
        "route": assessed.route.name,
    }


def _read_limits(session: DemoSession) -> list[Json]:
    channels = session.stage.workspace.channels
    rows: list[tuple[float, Json]] = []
    for use in session.stage.sandbox.limits.list_usage():
        channel = channels.get(use.channel)
        where = "" if channel is None else f"#{channel.name}" if channel.name else "direct message"
        if use.used or use.method in {"chat.update", "chat.postMessage"}:
            shown = {"method": use.method, "where": where, "used": use.used, "allowed": use.allowed, "span": use.span}
            rows.append((use.used / use.allowed, shown))
    rows.sort(key=lambda one: (-one[0], one[1]["method"], one[1]["where"]))
    return [shown for _, shown in rows[:LIMITS]]


def _format_on_call(department: Department, on_call: OnCallSnapshot, at: datetime) -> Json:
    return {
        "department": department.name,
        "people": list(on_call.people or department.deputies),
        "instead": not on_call.people,
        "hole": on_call.schedule if on_call.has_gap else "",
        "until": on_call.until.timestamp() if on_call.until else None,
        "open": department.hours.is_open_at(at),
    }
