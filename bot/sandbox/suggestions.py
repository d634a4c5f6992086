"""What can be picked in an element: written in it, or the app's to find."""

from typing import Any

from bot.sandbox import choices
from bot.sandbox.deliveries import INTERACTIVE, Deliveries
from bot.sandbox.errors import Json
from bot.sandbox.messages import Message
from bot.sandbox.payloads import Payloads
from bot.sandbox.views import View
from bot.sandbox.workspace import User


class Suggestions:
    def __init__(self, user: User, payloads: Payloads, deliveries: Deliveries) -> None:
        self._user, self._payloads, self._deliveries = user, payloads, deliveries

    async def options(self, holder: Message | View, block: Json, element: Json, wanted: Any) -> list[Json]:
        """`wanted` is what was typed or is to be picked, one or several; the app is asked for each."""
        if not element["type"].endswith("external_select"):
            return choices.options_of(element)
        found: list[Json] = []
        for typed in wanted if isinstance(wanted, list) else [wanted] if wanted else []:
            body = self._payloads.block_suggestion(self._user, holder, block, element["action_id"], str(typed))
            outcome = await self._deliveries.interaction(INTERACTIVE, body)
            found += choices.options_of(outcome.body) if isinstance(outcome.body, dict) else []
        return found
