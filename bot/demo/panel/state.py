"""What the panel shows, read at one instant: queues and their age, assessments, the books, limits, who is on call."""

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


async def build_panel_state(show: DemoSession, trouble: FaultInjector) -> Json:
    """Never raises: that the store is away is something to be shown."""
    at, house = show.clock.now(), show.stage.app
    departments = house.rules.list_departments()
    told: Json = {
        "now": at.timestamp(),
        "speed": show.clock.speed,
        "colleagues": show.colleagues,
        "trouble": trouble.describe_fault(),
        "day": {"said": show.said, "left": show.remaining, "next_in": show.seconds_to_next},
        "assessments": [_format_assessment(one) for one in list(show.heard)[:ASSESSED]],
        "limits": _read_limits(show),
    }
    try:
        told |= {"store": "", "queues": await _read_queues(show, at), "books": await _read_totals(show)}
        return told | {
            "on_call": [
                _format_on_call(one, await house.on_call_lookup.find_on_call(one.name, at), at) for one in departments
            ]
        }
    except StoreUnavailable as away:
        listed = [_format_on_call(one, get_listed_on_call(one) or OnCallSnapshot(), at) for one in departments]
        return told | {"store": str(away), "queues": [], "books": {}, "on_call": listed}


async def _read_queues(show: DemoSession, at: datetime) -> list[Json]:
    store = show.stage.store
    waiting, oldest = await store.inbox.measure_backlog()
    age = at.timestamp() - oldest / 1000 if oldest else 0.0
    due = await store.cases.list_due(at)
    cases = (await store.cases.find(due)).values()
    rows = [
        _format_queue("ingest", "said next", show.remaining, None),
        _format_queue("triage", "mentions to assess", waiting, age),
        _format_queue(
            "timers",
            "clocks that ran out",
            len(due),
            max((_compute_delay(case.due, at) for case in cases), default=0.0),
        ),
    ]
    for queue in await store.outbox.list_queues(1):
        late = (at - queue.head[0].since).total_seconds()
        rows.append(_format_queue("delivery", f"to {_name_destination(show, queue.destination)}", queue.length, late))
    return rows if len(rows) > 3 else [*rows, _format_queue("delivery", "owed to Slack", 0, 0.0)]


def _format_queue(worker: str, what: str, length: int, age: float | None) -> Json:
    return {"worker": worker, "what": what, "length": length, "age": None if age is None else max(0.0, round(age, 1))}


def _compute_delay(due: datetime | None, at: datetime) -> float:
    return (at - due).total_seconds() if due else 0.0


def _name_destination(show: DemoSession, to: Destination) -> str:
    """A destination as people call it: a department is its channel, a person has a name."""
    workspace, department = show.stage.workspace, show.stage.app.rules.find_department(str(to))
    channel = workspace.channels.get(department.channel) if department else None
    user = workspace.users.get(to.id) if isinstance(to, ToPerson) else None
    return f"#{channel.name}" if channel else f"@{user.name}" if user else str(to)


async def _read_totals(show: DemoSession) -> Json:
    account = await show.stage.store.mention_counters.read()
    words = ("seen", "opened", "joined", "tallied", "spam", "waiting", "dead", "unaccounted")
    return {word: getattr(account, word) for word in words}


def _format_assessment(heard: AssessedMention) -> Json:
    found, mention = heard.assessment, heard.mention
    leaning = found.sentiment.value
    return {
        "who": mention.display_name,
        "text": mention.text[:200],
        "at": heard.at.timestamp(),
        "sentiment": "unsure" if found.is_unsure else leaning,
        "confidence": round(found.probabilities[leaning], 2),
        "intent": found.intent.value,
        "urgency": found.urgency,
        "because": [words[:160] for words in found.reasons[:REASONS]],
        "to": heard.route.to,
        "route": heard.route.name,
    }


def _read_limits(show: DemoSession) -> list[Json]:
    channels = show.stage.workspace.channels
    told: list[tuple[float, Json]] = []
    for use in show.stage.sandbox.limits.list_usage():
        channel = channels.get(use.channel)
        where = "" if channel is None else f"#{channel.name}" if channel.name else "direct message"
        if use.used or use.method in {"chat.update", "chat.postMessage"}:
            shown = {"method": use.method, "where": where, "used": use.used, "allowed": use.allowed, "span": use.span}
            told.append((use.used / use.allowed, shown))
    told.sort(key=lambda one: (-one[0], one[1]["method"], one[1]["where"]))
    return [shown for _, shown in told[:LIMITS]]


def _format_on_call(department: Department, duty: OnCallSnapshot, at: datetime) -> Json:
    return {
        "department": department.name,
        "people": list(duty.people or department.deputies),
        "instead": not duty.people,
        "hole": duty.schedule if duty.has_gap else "",
        "until": duty.until.timestamp() if duty.until else None,
        "open": department.hours.is_open_at(at),
    }
