"""Errors of X's API: a sentence with X's reason, whether a person must act, and when to retry."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

WINDOW_MOST = timedelta(hours=1)
"""Windows of X's rate limits last 15 minutes: a later reset is that of a quota."""
QUOTA_MOST = timedelta(days=32)
RULE_CAP = frozenset({"rule-cap", "RuleCapExceeded", "RulesCapExceeded"})


class XApiError(Exception):
    """A request to X failed. The message is for an operator.

    `why` is X's own reason, `reset` when X allows the next request, `quota` the exceeded one (`day` or `month`),
    `until` when reading may go on (UTC), `parameters` those that X names as wrong.
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
        """Return True if retries are useless until a person has acted."""
        return self.status in {401, 402, 403}

    @property
    def refuses_fields(self) -> bool:
        """Return True if X rejects the parameters for fields: it may know the other form of them."""
        return self.status == 400 and any(_is_field_parameter(name) for name in self.parameters)


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """The parsed body of an error, of which X uses several shapes, old and new."""

    type: str
    why: str
    reason: str
    connection: str
    period: str
    parameters: frozenset[str]

    @classmethod
    def from_body(cls, body: Mapping[str, Any], otherwise: str = "") -> "ProblemDetails":
        """Parse a body. The reason is `message`, else `detail`, else `title`, in `errors` or next to it."""
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
        """The exceeded quota, `day` or `month`; empty for other errors."""
        if self.type not in {"usage-capped", "UsageCapExceeded"}:
            return ""
        return "day" if self.period.startswith("da") else "month"


def parse_api_error(
    status: int, headers: Mapping[str, str], body: Mapping[str, Any], reason: str, now: datetime
) -> XApiError:
    """Build the error of a failed request. `reason` is the HTTP reason phrase, `now` is aware."""
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
    """Build the error of a stream line that announces a disconnection."""
    problem = ProblemDetails.from_body(body)
    if problem.quota:
        return parse_api_error(429, {}, body, "", now)
    parts = [*_list_errors(body), body]
    name = _find_string(parts, "disconnect_type") or _find_string(parts, "title") or problem.why
    return XApiError(f"X hangs up: {sanitize_words(name)[:100]}.")


def parse_rule_errors(subject: str, answer: Mapping[str, Any]) -> list[str]:
    """Return why X rejects a rule, as a sentence, or [] if it accepts it."""
    if not answer.get("errors"):
        return []
    problem = ProblemDetails.from_body(answer)
    if problem.type in RULE_CAP:
        return [format_rule_cap(problem.why)]
    return [f"X refuses a rule for {subject}: {problem.why}"]


def compute_quota_reset(quota: str, now: datetime, reset_day: int = 1) -> datetime:
    """Return when the quota of this UTC day or month resets; `reset_day` is the day on which X's months begin."""
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
        f"X's limit for this {quota} is used up ({why}). Earshot reads nothing from X until {format_time(until)}. "
        "If you raise it in the X developer console, restart Earshot."
    )


def format_rule_cap(why: str) -> str:
    return f"X takes no more rules ({why}). Use fewer terms, or remove rules that other programs gave to this X app."


def sanitize_words(words: Any) -> str:
    """Return X's text as one printable line of at most 200 characters."""
    return "".join(letter for letter in str(words or "no reason given") if letter.isprintable())[:200].rstrip(".")


def parse_json_object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


_CONSOLE = "Check the app's access in the X developer console."
_DENIED = {
    "client-not-enrolled": "the app belongs to no project with access to this API. Enroll it in the developer console",
    "official-client-forbidden": "X has closed this API to the app. Ask X's developer support",
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
            "Stop the other program, or give it its own X app. Earshot tries again automatically."
        )
    said = {
        401: "X refuses the bearer token (401). Put a valid one into X_BEARER_TOKEN and start Earshot again.",
        402: f"X needs credits (402: {why}). Buy credits in the X developer console. Earshot then continues.",
        403: f"X does not allow this token to read posts (403: {_DENIED.get(problem.reason, why)}). {_CONSOLE}",
        429: f"X limits requests (429: {why}). Earshot waits and continues automatically.",
    }
    return said.get(status, f"X answers {status}: {why}.")


def _list_errors(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    errors = body.get("errors")
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _find_string(parts: list[Any], key: str) -> str:
    return next((part[key] for part in parts if isinstance(part.get(key), str) and part[key]), "")


def _iter_parameters(parts: list[Any]) -> Iterator[str]:
    """Yield parameters from keys of `parameters` (old), `parameter` (new), and the words of the message."""
    for part in parts:
        if isinstance(part.get("parameters"), dict):
            yield from part["parameters"]
        if isinstance(part.get("parameter"), str):
            yield part["parameter"]
        for key in ("message", "detail"):
            words = str(part.get(key, "")).partition(" one of ")[0]  # then come the parameters that X knows
            yield from (word for word in words.replace("[", " ").replace("]", " ").split() if word.isascii())


def _is_field_parameter(name: str) -> bool:
    bare = name.strip("`'\".,:")
    return bare.endswith(".fields") or bare == "expansions"


def _parse_reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return the latest reset of the exceeded limits, or None."""
    days = [f"x-{who}-limit-24hour" for who in ("app", "user") if headers.get(f"x-{who}-limit-24hour-remaining") == "0"]
    stamps = [headers.get(f"{limit}-reset", "") for limit in ("x-rate-limit", *days)]
    numbers = [int(stamp) for stamp in stamps if stamp.isascii() and stamp.isdigit() and len(stamp) < 12]
    found = [datetime.fromtimestamp(0, UTC) + timedelta(seconds=number) for number in numbers]
    return max((moment for moment in found if moment - now < QUOTA_MOST), default=None)


def _find_quota_end(quota: str, reset: datetime | None, now: datetime) -> datetime:
    return reset if reset and reset - now > WINDOW_MOST else compute_quota_reset(quota, now)
