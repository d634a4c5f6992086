"""A person who uses Slack's client: reads, clicks, fills in forms, types."""

from typing import Any

from bot.slack_sandbox import interactive_elements, posting
from bot.slack_sandbox.app_manifest import AppManifest
from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.event_delivery import COMMAND, INTERACTIVE, EventDelivery
from bot.slack_sandbox.interactive_elements import Surface
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.modals import ModalSession, OptionSuggestions
from bot.slack_sandbox.payloads import PayloadBuilder
from bot.slack_sandbox.results import ClientRefusedError, DeliveryOutcome
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.views import SlackView
from bot.slack_sandbox.workspace import BOT_USER, WorkspaceChannel, WorkspaceUser


class SlackUser:
    """Each action returns a DeliveryOutcome, or raises ClientRefusedError if Slack's client would prevent it."""

    def __init__(self, user: WorkspaceUser, payloads: PayloadBuilder, deliveries: EventDelivery) -> None:
        self.user, self._workspace = user, payloads.app.workspace
        self._payloads, self._deliveries = payloads, deliveries
        self._modals = ModalSession(user, payloads, deliveries)
        self._suggestions = OptionSuggestions(user, payloads, deliveries)

    @property
    def modal(self) -> SlackView | None:
        return self._workspace.get_modal(self.user.id)

    @property
    def home(self) -> SlackView | None:
        return self._workspace.homes.get(self.user.id)

    @property
    def ephemeral_messages(self) -> list[SlackMessage]:
        """Messages that only this person sees, newest last."""
        return list(self._workspace.ephemerals.get(self.user.id, []))

    @property
    def dm_messages(self) -> list[SlackMessage]:
        return self._workspace.get_dm(self.user.id).messages

    @property
    def _manifest(self) -> AppManifest | None:
        return self._payloads.app.manifest

    def count_unread(self, channel: str) -> int:
        return self._require_channel(channel).count_unread(self.user.id)

    def can_see(self, message: SlackMessage) -> bool:
        if message.deleted:
            return False
        if message.ephemeral_to:
            return message.ephemeral_to == self.user.id
        return self._workspace.channels[message.channel].is_open_to(self.user.id)

    def read_channel(self, channel: str) -> list[SlackMessage]:
        """Return the messages of the channel and mark it as read."""
        place = self._require_channel(channel)
        place.read_up_to[self.user.id] = place.messages[-1].ts if place.messages else ""
        return place.messages

    def reload_client(self) -> None:
        """Drop the ephemeral messages, as a reload of Slack's client does."""
        for message in self._workspace.ephemerals.pop(self.user.id, []):
            message.deleted = True

    async def click_button(
        self, on: Surface | None, button: str, *, value: str | None = None, block_id: str = ""
    ) -> DeliveryOutcome:
        """`button` is an action id or a label."""
        holder = self._require_visible(on)
        block, element = interactive_elements.find_element(holder, button, block_id, value)
        chosen = {"value": element["value"]} if "value" in element else {}
        return await self._send_action(holder, block, element, chosen)

    async def choose_option(self, on: Surface | None, menu: str, *, value: Any, block_id: str = "") -> DeliveryOutcome:
        """Choose an option of a menu by its value or label, or a date of a date picker."""
        holder = self._require_visible(on)
        block, element = interactive_elements.find_element(holder, menu, block_id)
        options = await self._suggestions.find(holder, block, element, value)
        chosen = interactive_elements.build_selection(element, value, options)
        if element["type"] != "overflow":
            state = {"type": element["type"], **chosen}
            holder.set_state(block["block_id"], element["action_id"], state)
        if block.get("type") == "input" and not block.get("dispatch_action"):
            return DeliveryOutcome(0, acked=True, sent=False)
        return await self._send_action(holder, block, element, chosen)

    async def search_options(self, on: Surface | None, menu: str, typed: str, *, block_id: str = "") -> list[Json]:
        """Return what the app suggests in an external select once `typed` was entered."""
        holder = self._require_visible(on)
        block, element = interactive_elements.find_element(holder, menu, block_id)
        return await self._suggestions.find(holder, block, element, typed)

    async def fill_field(self, field: str, value: Any, *, silent: bool = False) -> DeliveryOutcome | None:
        """`field` is a block id, a label or an action id. The app is notified if the block dispatches actions.

        `silent`: it is not, as for what is submitted right away.
        """
        return await self._modals.fill_input(field, value, silent=silent)

    async def submit(self) -> DeliveryOutcome:
        return await self._modals.submit()

    async def close_modal(self, *, everything: bool = False) -> DeliveryOutcome:
        """Close the topmost modal (Cancel), or with `everything` the whole stack (the cross)."""
        return await self._modals.close(everything=everything)

    async def type_command(self, command_line: str, *, in_channel: str | None = None) -> DeliveryOutcome:
        channel = self._require_channel(in_channel) if in_channel else self._workspace.get_dm(self.user.id)
        command, _, text = command_line.partition(" ")
        if not command.startswith("/"):
            raise ClientRefusedError("that is a message, not a slash command: see `post_message`")
        if self._manifest is not None:
            self._manifest.require_command(command)
        text = posting.escape_references(self._workspace, command, text.strip())
        body = self._payloads.build_command(self.user, command, text, channel)
        outcome = await self._deliveries.deliver_interaction(COMMAND, body)
        if outcome.acked and outcome.body:
            self._post_ack_reply(channel, outcome.body)
        return outcome

    async def use_shortcut(self, callback_id: str, *, on: SlackMessage | None = None) -> DeliveryOutcome:
        """Use a shortcut of a message's menu, or without `on` a global one."""
        if self._manifest is not None:
            self._manifest.require_shortcut(callback_id, "global" if on is None else "message")
        if on is None:
            body = self._payloads.build_global_shortcut(self.user, callback_id)
        elif on.ephemeral_to or not self.can_see(on):
            raise ClientRefusedError("that message has no menu for this person")
        else:
            body = self._payloads.build_message_shortcut(self.user, callback_id, on)
        return await self._deliveries.deliver_interaction(INTERACTIVE, body)

    async def open_home(self) -> DeliveryOutcome:
        if self._manifest is not None:
            self._manifest.require_home()
        event: Json = {"type": "app_home_opened", "user": self.user.id, "tab": "home"}
        event |= {"channel": self._workspace.get_dm(self.user.id).id, "event_ts": self._workspace.stamps.issue_ts()}
        if self.home is not None:
            event["view"] = self._payloads.build_view(self.home)
        return await self._deliveries.deliver_event(self._payloads.build_event(event))

    async def post_message(
        self, text: str, *, in_channel: str | None = None, thread: SlackMessage | None = None
    ) -> SlackMessage:
        """Post a message; the app gets an event if it is a direct message to it or mentions it."""
        channel = self._require_channel(in_channel) if in_channel else self._workspace.get_dm(self.user.id)
        message = SlackMessage(self._workspace.stamps.issue_ts(), channel.id, self.user.id, text)
        message.thread_ts = thread.ts if thread else ""
        posting.add_message(self._workspace, channel, message)
        kind = "message" if channel.im_with else "app_mention" if f"<@{BOT_USER}>" in text else ""
        if kind:
            event = message.build_message_payload() | {"type": kind, "channel": channel.id, "event_ts": message.ts}
            event |= {"channel_type": "im"} if channel.im_with else {}
            await self._deliveries.deliver_event(self._payloads.build_event(event))
        return message

    async def pin_message(self, message: SlackMessage) -> None:
        """Pin a message to its channel; an app with the scope pins:read gets an event."""
        self._workspace.find_channel(message.channel).pins.append(message.ts)
        item: Json = {"type": "message", "channel": message.channel, "created_by": self.user.id}
        item["message"] = message.build_message_payload()
        event = {"type": "pin_added", "user": self.user.id, "channel_id": message.channel, "item": item}
        event["event_ts"] = self._workspace.stamps.issue_ts()
        if "pins:read" in self._payloads.app.scopes:
            await self._deliveries.deliver_event(self._payloads.build_event(event))

    async def _send_action(self, holder: Surface, block: Json, element: Json, chosen: Json) -> DeliveryOutcome:
        if self._manifest is not None:
            self._manifest.require_interactivity()
        actions = [interactive_elements.build_action(block, element, self._workspace.stamps.issue_ts(), chosen)]
        if isinstance(holder, SlackView):
            body = self._payloads.build_view_actions(self.user, holder, actions)
        else:
            body = self._payloads.build_message_actions(self.user, holder, actions)
        return await self._deliveries.deliver_interaction(INTERACTIVE, body)

    def _require_visible(self, on: Surface | None) -> Surface:
        if on is None:
            raise ClientRefusedError("there is nothing to act on")
        if isinstance(on, SlackView):
            if on not in {self.modal, self.home}:
                raise ClientRefusedError("that view is not open before this person")
        elif not self.can_see(on):
            raise ClientRefusedError("this person does not see that message")
        return on

    def _require_channel(self, named: str) -> WorkspaceChannel:
        channel = self._workspace.find_channel(named)
        if not channel.is_open_to(self.user.id):
            raise ClientRefusedError(f"{self.user.name} does not see {named}")
        return channel

    def _post_ack_reply(self, channel: WorkspaceChannel, body: Any) -> None:
        """Post what the app returned in its ack to the command."""
        answer = body if isinstance(body, dict) else {"text": str(body)}
        try:
            self._payloads.urls.reply_to_command(self.user.id, channel.id, answer)
        except SlackError as no:
            self._workspace.feed.add(ChangeKind.REJECTED, channel=channel.id, user=self.user.id, error=no.word)
