"""What came of something a person did."""

from dataclasses import dataclass, field
from typing import Any


class Refused(Exception):  # noqa: N818 - a person's word, not a failure of the program
    """Slack's client would not let this person do that: nothing was sent."""


@dataclass(frozen=True)
class Outcome:
    """How the app answered one delivery.

    `status` is the HTTP status, 200 for an ack over a socket, 0 when no answer came. `seconds` is real time.
    """

    status: int
    acked: bool
    seconds: float = 0.0
    body: Any = None
    errors: dict[str, str] = field(default_factory=dict)
    warning: str = ""
    sent: bool = True

    @property
    def ok(self) -> bool:
        return self.acked and not self.errors


def withheld(errors: dict[str, str]) -> Outcome:
    """The client found mistakes by itself, and the app never heard of it."""
    return Outcome(status=0, acked=False, errors=errors, sent=False)
