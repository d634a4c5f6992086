"""What the panel shows, read at one instant: queues and their age, assessments, the books, limits, who is on call."""

from datetime import datetime
from typing import Any

from bot.demo.panel.trouble import Trouble
from bot.demo.show import Heard, Show
from bot.domain.decision import StoreUnavailable
from bot.domain.department import Department
from bot.domain.destination import Destination, ToPerson
from bot.domain.schedules.duty import OnCallSnapshot, get_listed_on_call

Json = dict[str, Any]
ASSESSED = 12
REASONS = 4
LIMITS = 8


async def read(show: Show, trouble: Trouble) -> Json:
    """Never raises: that the store is away is something to be shown."""
    at, house = show.clock.now(), show.stage.house
    departments = house.rules.list_departments()
    told: Json = {
        "now": at.timestamp(),
        "speed": show.clock.speed,
        "colleagues": show.colleagues,
        "trouble": trouble.told(),
        "day": {"said": show.said, "left": show.left, "next_in": show.next_in},
        "assessments": [_assessment(one) for one in list(show.heard)[:ASSESSED]],
        "limits": _limits(show),
    }
    try:
        told |= {"store": "", "queues": await _queues(show, at), "books": await _books(show)}
        return told | {
            "on_call": [_on_call(one, await house.rota.find_on_call(one.name, at), at) for one in departments]
        }
    except StoreUnavailable as away:
        listed = [_on_call(one, get_listed_on_call(one) or OnCallSnapshot(), at) for one in departments]
        return told | {"store": str(away), "queues": [], "books": {}, "on_call": listed}


async def _queues(show: Show, at: datetime) -> list[Json]:
    store = show.stage.store
    waiting, oldest = await store.inbox.measure_backlog()
    age = at.timestamp() - oldest / 1000 if oldest else 0.0
    due = await store.cases.list_due(at)
    cases = (await store.cases.find(due)).values()
    rows = [
        _row("ingest", "said next", show.left, None),
        _row("triage", "mentions to assess", waiting, age),
        _row("timers", "clocks that ran out", len(due), max((_late(case.due, at) for case in cases), default=0.0)),
    ]
    for queue in await store.outbox.list_queues(1):
        late = (at - queue.head[0].since).total_seconds()
        rows.append(_row("delivery", f"to {_place(show, queue.destination)}", queue.length, late))
    return rows if len(rows) > 3 else [*rows, _row("delivery", "owed to Slack", 0, 0.0)]


def _row(worker: str, what: str, length: int, age: float | None) -> Json:
    return {"worker": worker, "what": what, "length": length, "age": None if age is None else max(0.0, round(age, 1))}


def _late(due: datetime | None, at: datetime) -> float:
    return (at - due).total_seconds() if due else 0.0


def _place(show: Show, to: Destination) -> str:
    """A destination as people call it: a department is its channel, a person has a name."""
    workspace, department = show.stage.workspace, show.stage.house.rules.find_department(str(to))
    channel = workspace.channels.get(department.channel) if department else None
    user = workspace.users.get(to.id) if isinstance(to, ToPerson) else None
    return f"#{channel.name}" if channel else f"@{user.name}" if user else str(to)


async def _books(show: Show) -> Json:
    account = await show.stage.store.mention_counters.read()
    words = ("seen", "opened", "joined", "tallied", "spam", "waiting", "dead", "unaccounted")
    return {word: getattr(account, word) for word in words}


def _assessment(heard: Heard) -> Json:
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


def _limits(show: Show) -> list[Json]:
    channels = show.stage.workspace.channels
    told: list[tuple[float, Json]] = []
    for use in show.stage.sandbox.limits.uses():
        channel = channels.get(use.channel)
        where = "" if channel is None else f"#{channel.name}" if channel.name else "direct message"
        if use.used or use.method in {"chat.update", "chat.postMessage"}:
            shown = {"method": use.method, "where": where, "used": use.used, "allowed": use.allowed, "span": use.span}
            told.append((use.used / use.allowed, shown))
    told.sort(key=lambda one: (-one[0], one[1]["method"], one[1]["where"]))
    return [shown for _, shown in told[:LIMITS]]


def _on_call(department: Department, duty: OnCallSnapshot, at: datetime) -> Json:
    return {
        "department": department.name,
        "people": list(duty.people or department.deputies),
        "instead": not duty.people,
        "hole": duty.schedule if duty.has_gap else "",
        "until": duty.until.timestamp() if duty.until else None,
        "open": department.hours.is_open_at(at),
    }
