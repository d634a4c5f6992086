"""What came of something a person did."""

from dataclasses import dataclass, field
from typing import Any


class ClientRefusedError(Exception):
    """Slack's client would not let this person do that: nothing was sent."""


@dataclass(frozen=True)
class DeliveryOutcome:
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


def build_client_rejection(errors: dict[str, str]) -> DeliveryOutcome:
    """The client found mistakes by itself, and the app never heard of it."""
    return DeliveryOutcome(status=0, acked=False, errors=errors, sent=False)
