"""What can be picked in an element: written in it, or the app's to find."""

from typing import Any

from bot.slack_sandbox import interactive_elements
from bot.slack_sandbox.event_delivery import INTERACTIVE, EventDelivery
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.payloads import PayloadBuilder
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.views import SlackView
from bot.slack_sandbox.workspace import WorkspaceUser


class OptionSuggestions:
    def __init__(self, user: WorkspaceUser, payloads: PayloadBuilder, deliveries: EventDelivery) -> None:
        self._user, self._payloads, self._deliveries = user, payloads, deliveries

    async def find(self, holder: SlackMessage | SlackView, block: Json, element: Json, wanted: Any) -> list[Json]:
        """`wanted` is what was typed or is to be picked, one or several; the app is asked for each."""
        if not element["type"].endswith("external_select"):
            return interactive_elements.list_options(element)
        found: list[Json] = []
        for typed in wanted if isinstance(wanted, list) else [wanted] if wanted else []:
            body = self._payloads.build_block_suggestion(self._user, holder, block, element["action_id"], str(typed))
            outcome = await self._deliveries.deliver_interaction(INTERACTIVE, body)
            found += interactive_elements.list_options(outcome.body) if isinstance(outcome.body, dict) else []
        return found
