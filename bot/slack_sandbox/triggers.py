"""Trigger ids: a person's gesture, good for opening one view, for three seconds."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.slack_sandbox.slack_errors import SlackError

LIFE = 3.0


@dataclass
class ViewTrigger:
    user: str
    at: float
    view_id: str = ""
    used: bool = False


class TriggerIds:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._given: dict[str, ViewTrigger] = {}

    def issue_trigger(self, user: str, view_id: str = "") -> str:
        trigger_id = f"{len(self._given) + 1}.{int(self._now())}.trigger"
        self._given[trigger_id] = ViewTrigger(user, self._now(), view_id)
        return trigger_id

    def redeem_trigger(self, trigger_id: str) -> ViewTrigger:
        trigger = self._given.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._now() - trigger.at > LIFE:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger
