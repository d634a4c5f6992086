"""Report unexpected errors to Sentry, or what speaks its protocol. Needs the extra `sentry`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sentry_sdk

KEPT = ("event_id", "timestamp", "platform", "level", "release", "environment", "exception", "sdk")
"""All of an event that leaves this machine."""
FLUSH_SECONDS = 2.0

DescribeError = Callable[[BaseException], str]


class ErrorReporter:
    """Reports types and places of errors. Of their messages, only what `describe` returns: the rest may be a post."""

    def __init__(self, dsn: str, version: str, describe: DescribeError) -> None:
        self._describe = describe
        sentry_sdk.init(
            dsn=dsn,
            release=version,
            before_send=self._strip_event,
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            max_breadcrumbs=0,
            auto_session_tracking=False,
            send_client_reports=False,
            server_name="",
            shutdown_timeout=FLUSH_SECONDS,
        )

    @staticmethod
    def report_error(error: BaseException) -> None:
        """Hand the error to the SDK's thread. Raises nothing if nobody takes it."""
        sentry_sdk.capture_exception(error)

    @staticmethod
    def close() -> None:
        """Send what is left, for `FLUSH_SECONDS` at most."""
        sentry_sdk.flush(FLUSH_SECONDS)

    def _strip_event(self, event: Any, hint: Any) -> Any:
        """Return what may leave this machine; None for what is no error."""
        found = hint.get("exc_info")
        if not found or found[1] is None:
            return None
        described = {(type(one).__name__, str(one)): self._describe(one) for one in _iter_errors(found[1], set())}
        kept: dict[str, Any] = {key: event[key] for key in KEPT if key in event}
        for one in kept["exception"]["values"]:
            one["value"] = described.get((one.get("type"), one.get("value")), "")
            if "mechanism" in one:
                one["mechanism"] = _keep_links(one["mechanism"])
        return kept


def _keep_links(mechanism: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the errors of a chain or a group hang together."""
    names = ("type", "handled", "is_exception_group", "exception_id", "parent_id")
    return {name: mechanism[name] for name in names if name in mechanism}


def _iter_errors(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    if id(error) in seen:
        return
    seen.add(id(error))
    yield error
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for one in (*inner, error.__cause__, error.__context__):
        if one is not None:
            yield from _iter_errors(one, seen)
