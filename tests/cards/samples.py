"""A case to draw, and what to look at in a drawing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.assessment import Assessment, Signal, build_assessment
from bot.domain.audit import AuditEvent
from bot.domain.case import Case, CaseResolution, CaseStatus, JoinedMention, JoinReason
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.routing import CaseClocks

AT = datetime(2026, 3, 10, 9, 5, tzinfo=UTC)
CARE = Department(
    name="care", channel="C0CARE", deputies=("U0ANA",), on_call=("U0RAJ",), authority="Apologise, credit up to 50 EUR."
)
PR = Department(name="pr", channel="C0PR", deputies=("U0BEN",))
CLOCKS = CaseClocks(claim_within=timedelta(minutes=15), lease=timedelta(minutes=30), resolve_within=timedelta(hours=4))


def mention(text: str = "lost my bag again, never flying with you", **more: Any) -> Mention:
    author = {"id": "1", "handle": "marta", "name": "Marta K.", "followers": 1234}
    given = {
        "id": "x:1",
        "text": text,
        "created_at": "2026-03-10T09:00:00Z",
        "url": "https://x.example/1",
        "author": author,
    }
    return Mention.model_validate(given | more)


def assessment(because: str = "“lost my bag”") -> Assessment:
    return build_assessment(
        [
            Signal("mood", "sentiment:negative", 0.9, f"negative: {because}"),
            Signal("intent", "intent:complaint", 0.8, f"complaint: {because}"),
            Signal("subject", "subject:Northwind Air", 1.0, "“@northwindair”"),
            Signal("urgency", "urgency:severity", 1.0, "severity: complaint", weight=30),
        ]
    )


def build_new_case(**more: Any) -> Case:
    given: dict[str, Any] = {
        "id": "ABCDEFGH",
        "version": 1,
        "mention": mention(),
        "assessment": assessment(),
        "department": "care",
        "clocks": CLOCKS,
        "opened_at": AT,
        "waiting_since": AT,
        "due": AT + timedelta(minutes=15),
        "history": (AuditEvent(AT, "", "opened", "by route complaint"),),
    }
    return Case(**given | more)


def build_claimed_case(**more: Any) -> Case:
    case = build_new_case()
    event = AuditEvent(AT, "U0ANA", "claimed", "after 3 min")
    mine: dict[str, Any] = {
        "version": 2,
        "status": CaseStatus.CLAIMED,
        "owner": "U0ANA",
        "claimed_at": AT,
        "due": AT + timedelta(hours=4),
        "lease_ends": AT + timedelta(minutes=30),
        "history": (*case.history, event),
    }
    return case.copy_with(**mine | more)


def build_resolved_case(**more: Any) -> Case:
    done: dict[str, Any] = {
        "status": CaseStatus.RESOLVED,
        "resolution": CaseResolution.ANSWERED,
        "resolved_at": AT,
        "due": None,
    }
    return build_claimed_case(**done | more)


def build_joined_mention(number: int) -> tuple[JoinedMention, ...]:
    return tuple(
        JoinedMention(f"x:{n}", f"@bob{n}", f"https://x.example/{n}", AT, JoinReason.COPY) for n in range(2, 2 + number)
    )


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a drawing, at any depth."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from objects(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from objects(each)


def words(blocks: Any) -> str:
    """Everything a drawing says, in the order in which it is seen, without what only keeps a line from breaking."""
    said = "\n".join(str(one["text"]) for one in objects(blocks) if isinstance(one.get("text"), str))
    return said.replace("\N{NO-BREAK SPACE}", " ")


def list_markup(blocks: Any) -> str:
    return "\n".join(one["text"] for one in objects(blocks) if one.get("type") == "mrkdwn")


def labels(blocks: Any) -> list[str]:
    return [one["text"]["text"] for one in objects(blocks) if one.get("type") == "button"]


def size(blocks: Any) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))
