"""The options of an element: static ones, or those the app returns for an external select."""

from typing import Any

from bot.slack_sandbox import interactive_elements
from bot.slack_sandbox.event_delivery import INTERACTIVE, EventDelivery
from bot.slack_sandbox.interactive_elements import Surface
from bot.slack_sandbox.payloads import PayloadBuilder
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.workspace import WorkspaceUser


class OptionSuggestions:
    def __init__(self, user: WorkspaceUser, payloads: PayloadBuilder, deliveries: EventDelivery) -> None:
        self._user, self._payloads, self._deliveries = user, payloads, deliveries

    async def find(self, holder: Surface, block: Json, element: Json, wanted: Any) -> list[Json]:
        """Return the options for `wanted`: a typed text or a value, or a list of them. The app is asked for each."""
        if not element["type"].endswith("external_select"):
            return interactive_elements.list_options(element)
        found: list[Json] = []
        for typed in wanted if isinstance(wanted, list) else [wanted] if wanted else []:
            body = self._payloads.build_suggestion(self._user, holder, block, element, str(typed))
            outcome = await self._deliveries.deliver_interaction(INTERACTIVE, body)
            found += interactive_elements.list_options(outcome.body) if isinstance(outcome.body, dict) else []
        return found
