"""Why X did not do as asked: its own words in a sentence of ours, whether a person must act, and when it ends."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

WINDOW_MOST = timedelta(hours=1)
"""No window of X's rate limits is longer than 15 minutes: a reset later than this is that of a quota."""
QUOTA_MOST = timedelta(days=32)
RULE_CAP = frozenset({"rule-cap", "RuleCapExceeded", "RulesCapExceeded"})


class XFault(Exception):  # noqa: N818 - X's, or the network's
    """X did not do as asked. The words are for an operator.

    `why` is X's own reason, `reset` when X says to ask again, `quota` the day or month whose allowance is used up,
    `until` when reading may go on (UTC), `parameters` those of ours that X names.
    """

    def __init__(
        self,
        sentence: str,
        status: int = 0,
        reset: datetime | None = None,
        *,
        why: str = "",
        quota: str = "",
        until: datetime | None = None,
        parameters: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.reset = reset
        self.why = why
        self.quota = quota
        self.until = until
        self.parameters = parameters

    @property
    def denied(self) -> bool:
        """Asking again will not help until a person has done something."""
        return self.status in {401, 402, 403}

    @property
    def refuses_fields(self) -> bool:
        """X does not know how we ask for the fields of a post: the other form may be the one it knows."""
        return self.status == 400 and any(_asks_for_fields(name) for name in self.parameters)


@dataclass(frozen=True, slots=True)
class Problem:
    """The body of a refusal. X uses several shapes, old and new; all words are X's."""

    type: str
    why: str
    reason: str
    connection: str
    period: str
    parameters: frozenset[str]

    @classmethod
    def read(cls, body: Mapping[str, Any], otherwise: str = "") -> "Problem":
        """`errors[].message` says most, then `detail`, then `title`; each may stand in `errors` or beside it."""
        parts = [*_errors(body), body]
        said = [part.get(key) for key in ("message", "detail", "title") for part in parts]
        details = [part["details"][0] for part in parts if isinstance(part.get("details"), list) and part["details"]]
        words = next((word for word in [*details, *said] if isinstance(word, str) and word.strip()), otherwise)
        return cls(
            type=_first(parts, "type").rpartition("/")[2] or _first(parts, "title"),
            why=sanitize_words(words),
            reason=_first(parts, "reason"),
            connection=_first(parts, "connection_issue"),
            period=_first(parts, "period").lower(),
            parameters=frozenset(_parameters(parts)),
        )

    @property
    def quota(self) -> str:
        """The day or month whose allowance is used up; empty: that is not what is wrong."""
        if self.type not in {"usage-capped", "UsageCapExceeded"}:
            return ""
        return "day" if self.period.startswith("da") else "month"


def read_fault(status: int, headers: Mapping[str, str], body: Mapping[str, Any], reason: str, now: datetime) -> XFault:
    """What a refused request becomes. `reason` is HTTP's own word for the status, `now` is aware."""
    problem = Problem.read(body, reason)
    reset = _reset(headers, now)
    until = _quota_ends(problem.quota, reset, now) if problem.quota else None
    return XFault(
        _sentence(status, problem, until),
        status,
        reset,
        why=problem.why,
        quota=problem.quota,
        until=until,
        parameters=problem.parameters,
    )


def read_stream_fault(body: Mapping[str, Any], now: datetime) -> XFault:
    """A line of the stream that is no post: X's word before it hangs up."""
    problem = Problem.read(body)
    if problem.quota:
        return read_fault(429, {}, body, "", now)
    parts = [*_errors(body), body]
    name = _first(parts, "disconnect_type") or _first(parts, "title") or problem.why
    return XFault(f"X hangs up: {sanitize_words(name)[:100]}.")


def read_rule_refusal(subject: str, answer: Mapping[str, Any]) -> list[str]:
    """What X says of a rule that it does not take; nothing where it took it."""
    if not answer.get("errors"):
        return []
    problem = Problem.read(answer)
    if problem.type in RULE_CAP:
        return [rule_cap_sentence(problem.why)]
    return [f"X refuses a rule for {subject}: {problem.why}"]


def next_period(quota: str, now: datetime, reset_day: int = 1) -> datetime:
    """When the allowance of this UTC day or month begins anew; months of X may begin on another day than the first."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if quota == "day":
        return midnight + timedelta(days=1)
    day = midnight
    for _ in range(62):
        day += timedelta(days=1)
        last = (day + timedelta(days=1)).day == 1
        if day.day == reset_day or (last and day.day < reset_day):
            return day
    return midnight + QUOTA_MOST


def format_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %B %H:%M} UTC"


def quota_sentence(quota: str, until: datetime, why: str) -> str:
    return (
        f"X's allowance of this {quota} is used up ({why}). Earshot reads nothing from X until {format_time(until)}; "
        "if you raise it in the X developer console, start Earshot again."
    )


def rule_cap_sentence(why: str) -> str:
    return f"X takes no more rules ({why}). Use fewer terms, or remove rules that other programs gave to this X app."


def sanitize_words(words: Any) -> str:
    """X's own words in a sentence of ours: one line, printable, not long."""
    return "".join(letter for letter in str(words or "no reason given") if letter.isprintable())[:200].rstrip(".")


def json_object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


_CONSOLE = "Check the app's access in the X developer console."
_DENIED = {
    "client-not-enrolled": "the app belongs to no project with access to this API; enroll it in the developer console",
    "official-client-forbidden": "X has closed this API to the app; ask X's developer support",
}


def _sentence(status: int, problem: Problem, until: datetime | None) -> str:
    why = problem.why
    if until:
        return quota_sentence(problem.quota, until, why)
    if problem.type in RULE_CAP:
        return rule_cap_sentence(why)
    if problem.connection == "TooManyConnections" or problem.type == "streaming-connection":
        return (
            f"X is connected already with this token ({status}: {why}). "
            "Stop the other program, or give it an X app of its own; Earshot tries again by itself."
        )
    said = {
        401: "X refuses the bearer token (401). Put a valid one into X_BEARER_TOKEN and start Earshot again.",
        402: f"X wants to be paid first (402: {why}). Buy credits in the X developer console; Earshot then goes on.",
        403: f"X does not allow this token to listen (403: {_DENIED.get(problem.reason, why)}). {_CONSOLE}",
        429: f"X asks us to slow down (429: {why}). Earshot waits and goes on by itself.",
    }
    return said.get(status, f"X answers {status}: {why}.")


def _errors(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    errors = body.get("errors")
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _first(parts: list[Any], key: str) -> str:
    return next((part[key] for part in parts if isinstance(part.get(key), str) and part[key]), "")


def _parameters(parts: list[Any]) -> Iterator[str]:
    """Old problems name them as keys of `parameters`, new ones in `parameter`, some in their words alone."""
    for part in parts:
        if isinstance(part.get("parameters"), dict):
            yield from part["parameters"]
        if isinstance(part.get("parameter"), str):
            yield part["parameter"]
        for key in ("message", "detail"):
            words = str(part.get(key, "")).partition(" one of ")[0]  # what follows are those that X does know
            yield from (word for word in words.replace("[", " ").replace("]", " ").split() if word.isascii())


def _asks_for_fields(name: str) -> bool:
    bare = name.strip("`'\".,:")
    return bare.endswith(".fields") or bare == "expansions"


def _reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Of the limits that are used up, the one that ends last."""
    days = [f"x-{who}-limit-24hour" for who in ("app", "user") if headers.get(f"x-{who}-limit-24hour-remaining") == "0"]
    stamps = [headers.get(f"{limit}-reset", "") for limit in ("x-rate-limit", *days)]
    numbers = [int(stamp) for stamp in stamps if stamp.isascii() and stamp.isdigit() and len(stamp) < 12]
    found = [datetime.fromtimestamp(0, UTC) + timedelta(seconds=number) for number in numbers]
    return max((moment for moment in found if moment - now < QUOTA_MOST), default=None)


def _quota_ends(quota: str, reset: datetime | None, now: datetime) -> datetime:
    return reset if reset and reset - now > WINDOW_MOST else next_period(quota, now)
