"""The results of a person's actions."""

from dataclasses import dataclass, field
from typing import Any


class ClientRefusedError(Exception):
    """Slack's client does not allow the action; nothing was sent."""


@dataclass(frozen=True)
class DeliveryOutcome:
    """The answer of the app: its HTTP status (200 over a socket, 0 without an answer), after `seconds` of real time."""

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
    """Return the outcome if the client rejects the input, so that nothing is sent."""
    return DeliveryOutcome(status=0, acked=False, errors=errors, sent=False)
