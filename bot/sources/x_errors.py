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


class XApiError(Exception):
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
    def is_denied(self) -> bool:
        """Asking again will not help until a person has done something."""
        return self.status in {401, 402, 403}

    @property
    def refuses_fields(self) -> bool:
        """X does not know how we ask for the fields of a post: the other form may be the one it knows."""
        return self.status == 400 and any(_is_field_parameter(name) for name in self.parameters)


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """The body of a refusal. X uses several shapes, old and new; all words are X's."""

    type: str
    why: str
    reason: str
    connection: str
    period: str
    parameters: frozenset[str]

    @classmethod
    def from_body(cls, body: Mapping[str, Any], otherwise: str = "") -> "ProblemDetails":
        """`errors[].message` says most, then `detail`, then `title`; each may stand in `errors` or beside it."""
        parts = [*_list_errors(body), body]
        said = [part.get(key) for key in ("message", "detail", "title") for part in parts]
        details = [part["details"][0] for part in parts if isinstance(part.get("details"), list) and part["details"]]
        words = next((word for word in [*details, *said] if isinstance(word, str) and word.strip()), otherwise)
        return cls(
            type=_find_string(parts, "type").rpartition("/")[2] or _find_string(parts, "title"),
            why=sanitize_words(words),
            reason=_find_string(parts, "reason"),
            connection=_find_string(parts, "connection_issue"),
            period=_find_string(parts, "period").lower(),
            parameters=frozenset(_iter_parameters(parts)),
        )

    @property
    def quota(self) -> str:
        """The day or month whose allowance is used up; empty: that is not what is wrong."""
        if self.type not in {"usage-capped", "UsageCapExceeded"}:
            return ""
        return "day" if self.period.startswith("da") else "month"


def parse_api_error(
    status: int, headers: Mapping[str, str], body: Mapping[str, Any], reason: str, now: datetime
) -> XApiError:
    """What a refused request becomes. `reason` is HTTP's own word for the status, `now` is aware."""
    problem = ProblemDetails.from_body(body, reason)
    reset = _parse_reset(headers, now)
    until = _find_quota_end(problem.quota, reset, now) if problem.quota else None
    return XApiError(
        _format_problem(status, problem, until),
        status,
        reset,
        why=problem.why,
        quota=problem.quota,
        until=until,
        parameters=problem.parameters,
    )


def parse_stream_error(body: Mapping[str, Any], now: datetime) -> XApiError:
    """A line of the stream that is no post: X's word before it hangs up."""
    problem = ProblemDetails.from_body(body)
    if problem.quota:
        return parse_api_error(429, {}, body, "", now)
    parts = [*_list_errors(body), body]
    name = _find_string(parts, "disconnect_type") or _find_string(parts, "title") or problem.why
    return XApiError(f"X hangs up: {sanitize_words(name)[:100]}.")


def parse_rule_errors(subject: str, answer: Mapping[str, Any]) -> list[str]:
    """What X says of a rule that it does not take; nothing where it took it."""
    if not answer.get("errors"):
        return []
    problem = ProblemDetails.from_body(answer)
    if problem.type in RULE_CAP:
        return [format_rule_cap(problem.why)]
    return [f"X refuses a rule for {subject}: {problem.why}"]


def compute_quota_reset(quota: str, now: datetime, reset_day: int = 1) -> datetime:
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


def format_quota_exceeded(quota: str, until: datetime, why: str) -> str:
    return (
        f"X's allowance of this {quota} is used up ({why}). Earshot reads nothing from X until {format_time(until)}; "
        "if you raise it in the X developer console, start Earshot again."
    )


def format_rule_cap(why: str) -> str:
    return f"X takes no more rules ({why}). Use fewer terms, or remove rules that other programs gave to this X app."


def sanitize_words(words: Any) -> str:
    """X's own words in a sentence of ours: one line, printable, not long."""
    return "".join(letter for letter in str(words or "no reason given") if letter.isprintable())[:200].rstrip(".")


def parse_json_object(body: bytes) -> dict[str, Any] | None:
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


def _format_problem(status: int, problem: ProblemDetails, until: datetime | None) -> str:
    why = problem.why
    if until:
        return format_quota_exceeded(problem.quota, until, why)
    if problem.type in RULE_CAP:
        return format_rule_cap(why)
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


def _list_errors(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    errors = body.get("errors")
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _find_string(parts: list[Any], key: str) -> str:
    return next((part[key] for part in parts if isinstance(part.get(key), str) and part[key]), "")


def _iter_parameters(parts: list[Any]) -> Iterator[str]:
    """Old problems name them as keys of `parameters`, new ones in `parameter`, some in their words alone."""
    for part in parts:
        if isinstance(part.get("parameters"), dict):
            yield from part["parameters"]
        if isinstance(part.get("parameter"), str):
            yield part["parameter"]
        for key in ("message", "detail"):
            words = str(part.get(key, "")).partition(" one of ")[0]  # what follows are those that X does know
            yield from (word for word in words.replace("[", " ").replace("]", " ").split() if word.isascii())


def _is_field_parameter(name: str) -> bool:
    bare = name.strip("`'\".,:")
    return bare.endswith(".fields") or bare == "expansions"


def _parse_reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Of the limits that are used up, the one that ends last."""
    days = [f"x-{who}-limit-24hour" for who in ("app", "user") if headers.get(f"x-{who}-limit-24hour-remaining") == "0"]
    stamps = [headers.get(f"{limit}-reset", "") for limit in ("x-rate-limit", *days)]
    numbers = [int(stamp) for stamp in stamps if stamp.isascii() and stamp.isdigit() and len(stamp) < 12]
    found = [datetime.fromtimestamp(0, UTC) + timedelta(seconds=number) for number in numbers]
    return max((moment for moment in found if moment - now < QUOTA_MOST), default=None)


def _find_quota_end(quota: str, reset: datetime | None, now: datetime) -> datetime:
    return reset if reset and reset - now > WINDOW_MOST else compute_quota_reset(quota, now)
