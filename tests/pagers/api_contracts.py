"""What each service takes, as its documentation says: the first thing that is not so, or the empty string.

Read on 2026-11-22: PagerDuty's Events API v2 (send an alert event, overview), ntfy's publishing and its server's
errors, Twilio's Call and Message resources, `<Gather>` and `<Say>`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

KEY = "R" + "0" * 31
FROM = "+15005550006"
PHONE = re.compile(r"\+[1-9]\d{6,14}")
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
TAKEN = frozenset({"docs", "static", "file", "app", "metrics", "account", "settings", "signup", "login"})
"""Topics that an ntfy server keeps for itself."""
EVENT_MOST = 512 * 1024
"""Bytes."""
EVENT = {"routing_key", "event_action", "dedup_key", "payload", "links", "images", "client", "client_url"}
PAYLOAD = {"summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details"}
PUSH = {"topic", "message", "title", "tags", "priority", "actions", "click", "attach", "markdown", "icon", "filename"}
CALL = {"To", "From", "Twiml", "Timeout", "MachineDetection", "MachineDetectionTimeout", "StatusCallback"}
TEXT = {"To", "From", "Body", "StatusCallback", "ValidityPeriod"}
VERBS = {"Response": {"Say", "Gather", "Pause", "Hangup"}, "Gather": {"Say", "Pause"}}
"""What may stand inside of what, as far as we use it."""


def _first(checks: Mapping[str, bool]) -> str:
    return next((name for name, right in checks.items() if not right), "")


def _web(url: object) -> bool:
    parts = urlsplit(str(url))
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def event(raw: bytes) -> str:
    """An event of PagerDuty's Events API v2."""
    said = json.loads(raw)
    links = said.get("links", [])
    wrong = _first(
        {
            "larger than 512 KB": len(raw) <= EVENT_MOST,
            "routing_key": len(str(said.get("routing_key", ""))) == 32,
            "event_action": said.get("event_action") in {"trigger", "acknowledge", "resolve"},
            "dedup_key": isinstance(said.get("dedup_key"), str) and 1 <= len(said["dedup_key"]) <= 255,
            "a field that it does not know": not set(said) - EVENT,
            "links": all(set(one) <= {"href", "text"} and _web(one.get("href")) for one in links),
        }
    )
    return wrong or (_payload(said.get("payload", {})) if said["event_action"] == "trigger" else "")


def _payload(said: Mapping[str, Any]) -> str:
    return _first(
        {
            "payload.summary": isinstance(said.get("summary"), str) and 1 <= len(said["summary"]) <= 1024,
            "payload.source": isinstance(said.get("source"), str) and bool(said["source"]),
            "payload.severity": said.get("severity") in {"critical", "error", "warning", "info"},
            "payload.timestamp": datetime.fromisoformat(said.get("timestamp", "")).tzinfo is not None,
            "payload.custom_details": isinstance(said.get("custom_details", {}), dict),
            "a field of the payload that it does not know": not set(said) - PAYLOAD,
        }
    )


def push(said: Mapping[str, Any]) -> str:
    """A message that is published to ntfy as JSON."""
    actions = said.get("actions", [])
    topic = str(said.get("topic", ""))
    return _first(
        {
            "a field that it does not know": not set(said) - PUSH,
            "topic": bool(TOPIC.fullmatch(topic)) and topic not in TAKEN,
            "priority": said.get("priority") in range(1, 6),
            "message, which would become an attachment": 1 <= len(said.get("message", "").encode()) <= 4096,
            "title": isinstance(said.get("title", ""), str) and "\n" not in said.get("title", ""),
            "tags": all(isinstance(tag, str) for tag in said.get("tags", [])),
            "more than three actions": len(actions) <= 3,
            "actions": all(
                one.get("action") == "view" and one.get("label") and _web(one.get("url")) for one in actions
            ),
            "clear": all(isinstance(one.get("clear", False), bool) for one in actions),
            "click": "click" not in said or _web(said["click"]),
        }
    )


def call(form: Mapping[str, str]) -> str:
    """A call that Twilio is to make."""
    return _first(
        {
            "a field that it does not know": not set(form) - CALL,
            "To": bool(PHONE.fullmatch(form.get("To", ""))),
            "From": form.get("From") == FROM,
            "Timeout": form.get("Timeout", "60").isdigit() and 1 <= int(form.get("Timeout", "60")) <= 600,
            "MachineDetection": form.get("MachineDetection", "Enable") in {"Enable", "DetectMessageEnd"},
            "StatusCallback": "StatusCallback" not in form or _web(form["StatusCallback"]),
        }
    ) or twiml(form.get("Twiml", ""))


def text(form: Mapping[str, str]) -> str:
    """A text message that Twilio is to send."""
    return _first(
        {
            "a field that it does not know": not set(form) - TEXT,
            "To": bool(PHONE.fullmatch(form.get("To", ""))),
            "From": form.get("From") == FROM,
            "Body": 1 <= len(form.get("Body", "")) <= 1600,
        }
    )


def twiml(words: str) -> str:
    """What Twilio is to say and to listen for."""
    if not 1 <= len(words) <= 4000:
        return "Twiml, which may have 4,000 characters"
    try:
        response = ET.fromstring(words)
    except ET.ParseError:
        return "Twiml, which is no XML"
    return "Twiml" if response.tag != "Response" else next(_wrong(response), "")


def _wrong(verb: ET.Element) -> Iterator[str]:
    for inner in verb:
        if inner.tag not in VERBS.get(verb.tag, ()):
            yield f"{inner.tag} in {verb.tag}"
        if inner.tag == "Say" and not (inner.text or "").strip():
            yield "Say, which says nothing"
        if not inner.get("loop", "1").isdigit() or int(inner.get("loop", "1")) > 1000:
            yield "loop"
        if inner.tag == "Gather" and not (_web(inner.get("action")) and inner.get("numDigits", "1").isdigit()):
            yield "Gather"
        yield from _wrong(inner)


def gathering(words: str) -> str:
    """Where what is pressed during this call is told."""
    found = ET.fromstring(words).find("Gather")
    assert found is not None, "the call does not listen"
    return found.get("action", "")
