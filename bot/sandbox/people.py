"""A person at Slack's client: sees, clicks, fills in, types."""

from typing import Any

from bot.sandbox import choices, commands, posting
from bot.sandbox.deliveries import COMMAND, INTERACTIVE, Deliveries
from bot.sandbox.errors import Json, SlackError
from bot.sandbox.feed import ChangeKind
from bot.sandbox.manifest import Manifest
from bot.sandbox.messages import Message
from bot.sandbox.modals import Modals
from bot.sandbox.outcomes import Outcome, Refused
from bot.sandbox.payloads import Payloads
from bot.sandbox.suggestions import Suggestions
from bot.sandbox.views import View
from bot.sandbox.workspace import BOT_USER, Channel, User, Workspace


class Person:
    """Every act returns an Outcome, or raises Refused where the client would not let it happen."""

    def __init__(self, user: User, workspace: Workspace, payloads: Payloads, deliveries: Deliveries) -> None:
        self.user, self._workspace = user, workspace
        self._payloads, self._deliveries = payloads, deliveries
        self._modals = Modals(user, workspace, payloads, deliveries)
        self._suggestions = Suggestions(user, payloads, deliveries)

    @property
    def modal(self) -> View | None:
        """The view that is open before this person."""
        return self._workspace.modal_of(self.user.id)

    @property
    def home(self) -> View | None:
        return self._workspace.homes.get(self.user.id)

    @property
    def sees_only(self) -> list[Message]:
        """What only this person sees, newest last."""
        return list(self._workspace.ephemerals.get(self.user.id, []))

    @property
    def dm(self) -> list[Message]:
        """The conversation with the app."""
        return self._workspace.dm_with(self.user.id).messages

    @property
    def _manifest(self) -> Manifest | None:
        return self._payloads.app.manifest

    def unread(self, channel: str) -> int:
        return self._open_channel(channel).unread(self.user.id)

    def sees(self, message: Message) -> bool:
        if message.deleted:
            return False
        if message.ephemeral_to:
            return message.ephemeral_to == self.user.id
        return self._workspace.channels[message.channel].open_to(self.user.id)

    def reads(self, channel: str) -> list[Message]:
        """All that stands in the channel, which is then read."""
        place = self._open_channel(channel)
        place.read_up_to[self.user.id] = place.messages[-1].ts if place.messages else ""
        return place.messages

    def reloads(self) -> None:
        """What only this person saw is gone."""
        for message in self._workspace.ephemerals.pop(self.user.id, []):
            message.deleted = True

    async def click(
        self, on: Message | View | None, what: str, *, value: str | None = None, block_id: str | None = None
    ) -> Outcome:
        """`what` is an action id or the words on the button."""
        holder = self._holder(on)
        block, element = choices.find_with_value(holder, what, value, block_id)
        chosen = {"value": element["value"]} if "value" in element else {}
        return await self._act(holder, block, element, chosen)

    async def choose(self, on: Message | View | None, what: str, *, value: Any, block_id: str | None = None) -> Outcome:
        """Picks in a menu, by value or by the words of the option; in a calendar, by the date."""
        holder = self._holder(on)
        block, element = choices.find(holder, what, block_id)
        options = await self._suggestions.options(holder, block, element, value)
        chosen = choices.chosen_in(element, value, options)
        if element["type"] != "overflow":
            state = {"type": element["type"], **chosen}
            holder.put(block["block_id"], element["action_id"], state)
        if block.get("type") == "input" and not block.get("dispatch_action"):
            return Outcome(0, acked=True, sent=False)
        return await self._act(holder, block, element, chosen)

    async def looks_for(
        self, on: Message | View | None, what: str, typed: str, *, block_id: str | None = None
    ) -> list[Json]:
        """What the app suggests in a menu of its own, to who has typed that much."""
        holder = self._holder(on)
        block, element = choices.find(holder, what, block_id)
        return await self._suggestions.options(holder, block, element, typed)

    async def fill(self, field: str, value: Any) -> Outcome | None:
        """By block id, label or action id. Slack hears of it only if the block dispatches its actions."""
        return await self._modals.fill(field, value)

    async def submit(self) -> Outcome:
        return await self._modals.submit()

    async def close_modal(self, *, everything: bool = False) -> Outcome:
        """Cancels the topmost modal, or closes the whole stack with the cross."""
        return await self._modals.close(everything=everything)

    async def types(self, line: str, *, in_channel: str | None = None) -> Outcome:
        """A slash command."""
        channel = self._open_channel(in_channel) if in_channel else self._workspace.dm_with(self.user.id)
        command, _, text = line.partition(" ")
        if not command.startswith("/"):
            raise Refused("that is a message, not a slash command: see `says`")
        if self._manifest is not None:
            self._manifest.require_command(command)
        text = commands.escaped(self._workspace, command, text.strip())
        body = self._payloads.command(self.user, command, text, channel)
        outcome = await self._deliveries.interaction(COMMAND, body)
        if outcome.acked and outcome.body:
            self._hear(channel, outcome.body)
        return outcome

    async def shortcut(self, callback_id: str, *, on: Message | None = None) -> Outcome:
        """From a message's menu, or from anywhere."""
        if self._manifest is not None:
            self._manifest.require_shortcut(callback_id, "global" if on is None else "message")
        if on is None:
            body = self._payloads.global_shortcut(self.user, callback_id)
        elif on.ephemeral_to or not self.sees(on):
            raise Refused("that message has no menu for this person")
        else:
            body = self._payloads.message_shortcut(self.user, callback_id, on)
        return await self._deliveries.interaction(INTERACTIVE, body)

    async def opens_home(self) -> Outcome:
        if self._manifest is not None:
            self._manifest.require_home()
        event: Json = {"type": "app_home_opened", "user": self.user.id, "tab": "home"}
        event |= {"channel": self._workspace.dm_with(self.user.id).id, "event_ts": self._workspace.stamps.next()}
        if self.home is not None:
            event["view"] = self._payloads.view(self.home)
        return await self._deliveries.event(self._payloads.event(event))

    async def says(self, text: str, *, in_channel: str | None = None, thread: Message | None = None) -> Message:
        """A message; the app hears of it in its own conversation, or where it is named."""
        channel = self._open_channel(in_channel) if in_channel else self._workspace.dm_with(self.user.id)
        message = Message(self._workspace.stamps.next(), channel.id, self.user.id, text)
        message.thread_ts = thread.ts if thread else ""
        posting.post(self._workspace, channel, message)
        kind = "message" if channel.im_with else "app_mention" if f"<@{BOT_USER}>" in text else ""
        if kind:
            event = message.payload() | {"type": kind, "channel": channel.id, "event_ts": message.ts}
            event |= {"channel_type": "im"} if channel.im_with else {}
            await self._deliveries.event(self._payloads.event(event))
        return message

    async def pins(self, message: Message) -> None:
        """Keeps a message at the top of its channel; an app that may read pins hears of it."""
        self._workspace.channel(message.channel).pins.append(message.ts)
        item = {"type": "message", "channel": message.channel, "message": message.payload(), "created_by": self.user.id}
        event = {"type": "pin_added", "user": self.user.id, "channel_id": message.channel, "item": item}
        event["event_ts"] = self._workspace.stamps.next()
        if "pins:read" in self._payloads.app.scopes:
            await self._deliveries.event(self._payloads.event(event))

    async def _act(self, holder: Message | View, block: Json, element: Json, chosen: Json) -> Outcome:
        if self._manifest is not None:
            self._manifest.require_interactivity()
        actions = [choices.action(block, element, self._workspace.stamps.next(), chosen)]
        if isinstance(holder, View):
            body = self._payloads.block_actions_in_view(self.user, holder, actions)
        else:
            body = self._payloads.block_actions_on_message(self.user, holder, actions)
        return await self._deliveries.interaction(INTERACTIVE, body)

    def _holder(self, on: Message | View | None) -> Message | View:
        if on is None:
            raise Refused("there is nothing to act on")
        if isinstance(on, View):
            if on not in {self.modal, self.home}:
                raise Refused("that view is not open before this person")
        elif not self.sees(on):
            raise Refused("this person does not see that message")
        return on

    def _open_channel(self, named: str) -> Channel:
        channel = self._workspace.channel(named)
        if not channel.open_to(self.user.id):
            raise Refused(f"{self.user.name} does not see {named}")
        return channel

    def _hear(self, channel: Channel, body: Any) -> None:
        """The app answered the command with its ack."""
        answer = body if isinstance(body, dict) else {"text": str(body)}
        try:
            self._payloads.urls.reply(self.user.id, channel.id, answer)
        except SlackError as no:
            self._workspace.feed.add(ChangeKind.REJECTED, channel=channel.id, user=self.user.id, error=no.word)
