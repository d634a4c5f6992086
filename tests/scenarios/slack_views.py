"""Slack as a person sees it: channels, cards, and the words on them with names and times spelled out."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from bot.cards import action_ids
from bot.slack_sandbox import DeliveryOutcome, SlackMessage, SlackSandbox

DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
NAMED = re.compile(r"<([@#])(\w+)(?:\|[^>]*)?>")
BOLD = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")

OFFER = "You can offer: Apologise, rebook, credit up to 50 EUR.\nOur voice: Plain and warm, signed with a first name."
"""What who claims a case of care is told, and nobody else."""

WaitUntilDone = Callable[[], Awaitable[None]]
"""Waits until what was asked for is done, and everybody was told."""


def render_plain_text(sandbox: SlackSandbox, words: str) -> str:
    """`<@U0ANA>` is @ana, a date is its fallback, *bold* is bold."""

    def name(found: re.Match[str]) -> str:
        place = sandbox.workspace.users if found[1] == "@" else sandbox.workspace.channels
        return f"{found[1]}{getattr(place.get(found[2]), 'name', found[2])}"

    return BOLD.sub(r"\1", NAMED.sub(name, DATE.sub(r"\1", words))).replace("\N{NO-BREAK SPACE}", " ")


class Card(NamedTuple):
    """A message of Earshot's, wherever it is. Its words are read again each time."""

    message: SlackMessage
    sandbox: SlackSandbox
    done: WaitUntilDone

    @property
    def words(self) -> str:
        return render_plain_text(self.sandbox, self.message.read_text())

    @property
    def buttons(self) -> list[str]:
        return list(self.message.find_buttons())

    @property
    def menu(self) -> list[str]:
        """What the menu behind three dots offers."""
        return [option["text"]["text"] for option in self._options]

    @property
    def _options(self) -> list[dict[str, Any]]:
        menus = [element for _, element in self.message.iter_elements() if element["type"] == "overflow"]
        return [option for menu in menus for option in menu["options"]]

    @property
    def fallback_text(self) -> str:
        """What a notification shows and a screen reader reads."""
        return render_plain_text(self.sandbox, self.message.text)

    @property
    def case(self) -> str:
        return str((self.message.metadata or {})["event_payload"]["name"])

    def is_visible_to(self, name: str) -> bool:
        return self.sandbox.get_user(name).can_see(self.message)

    async def click(self, what: str, by: str, *, case: str | None = None) -> DeliveryOutcome:
        """Press a button, or choose an option of the menu."""
        person = self.sandbox.get_user(by)
        option = next((one for one in self._options if what in {one["text"]["text"], one["value"].split("|")[0]}), None)
        if option is not None:
            outcome = await person.choose_option(self.message, action_ids.CASE_MENU, value=option["value"])
        else:
            action = action_ids.CLAIM_IN_DIGEST if case else what
            outcome = await person.click_button(self.message, action, value=case)
        await self.done()
        return outcome

    async def explain(self, by: str = "ana") -> str:
        """Return what *Why?* tells this person, and close it again."""
        await self._open_explanation(by)
        person = self.sandbox.get_user(by)
        assert person.modal is not None
        words = render_plain_text(self.sandbox, person.modal.read_text())
        await person.close_modal(everything=True)
        return words

    async def _open_explanation(self, by: str) -> None:
        await self.click("Why? / Correct…", by)
        person = self.sandbox.get_user(by)
        assert person.modal is not None, f"no form opened before {by}; {by} was told: {self._list_whispers(by)}"

    async def resolve(self, how: str = "answered", *, by: str, note: str = "") -> DeliveryOutcome:
        return await self._form("Resolve…", by, {action_ids.RESOLUTION: how, action_ids.NOTE: note})

    async def hand_over(self, *, by: str, to: str = "", department: str = "") -> DeliveryOutcome:
        person = self.sandbox.workspace.find_user(to).id if to else None
        return await self._form(
            "Hand over…", by, {action_ids.PERSON: person, action_ids.DEPARTMENT: department or None}
        )

    async def reroute(self, *, by: str, whose: str = action_ids.NOBODY) -> DeliveryOutcome:
        return await self._form("Re-route…", by, {action_ids.DEPARTMENT: whose})

    async def choose(self, words: str, by: str) -> DeliveryOutcome:
        """Press a button of *Why?*, such as *Spam*. What it leads to stays open."""
        await self._open_explanation(by)
        person = self.sandbox.get_user(by)
        outcome = await person.click_button(person.modal, words)
        await self.done()
        return outcome

    async def correct(self, words: str, right: str, *, by: str) -> DeliveryOutcome:
        """The same where a form asks what it is instead."""
        await self.choose(words, by)
        modal = self.sandbox.get_user(by).modal
        assert modal is not None, f"no form opened before {by}; {by} was told: {self._list_whispers(by)}"
        [field] = [block["block_id"] for block in modal.blocks if block.get("type") == "input"]
        return await self._fill_in(by, {field: right})

    @property
    def replies(self) -> list["Card"]:
        """What is in its thread, the newest last."""
        return [Card(message, self.sandbox, self.done) for message in self.message.thread]

    async def separate(self, who: str, *, by: str) -> DeliveryOutcome:
        """The post of this person, among those that joined."""
        await self.choose("Split off…", by)
        modal = self.sandbox.get_user(by).modal
        assert modal is not None, f"no form opened before {by}"
        [choice] = [block["element"] for block in modal.blocks if block.get("block_id") == action_ids.MENTION]
        [option] = [one for one in choice["options"] if who in one["text"]["text"]]
        return await self._fill_in(by, {action_ids.MENTION: option["value"]})

    async def _form(self, button: str, by: str, values: dict[str, Any]) -> DeliveryOutcome:
        await self.click(button, by)
        assert self.sandbox.get_user(by).modal is not None, (
            f"no form opened before {by}; {by} was told: {self._list_whispers(by)}"
        )
        return await self._fill_in(by, values)

    async def _fill_in(self, by: str, values: dict[str, Any]) -> DeliveryOutcome:
        person = self.sandbox.get_user(by)
        for field, value in values.items():
            if value:
                await person.fill_field(field, value)
        outcome = await person.submit()
        await self.done()
        return outcome

    def _list_whispers(self, name: str) -> list[str]:
        return [
            render_plain_text(self.sandbox, message.read_text())
            for message in self.sandbox.get_user(name).ephemeral_messages
        ]


class Channel(NamedTuple):
    """What is in a channel, the newest last."""

    name: str
    sandbox: SlackSandbox
    done: WaitUntilDone

    @property
    def messages(self) -> list[Card]:
        return [
            Card(message, self.sandbox, self.done)
            for message in self.sandbox.workspace.find_channel(self.name).messages
        ]

    @property
    def words(self) -> str:
        return "\n--\n".join(card.words for card in self.messages) or "(nothing)"

    @property
    def cards(self) -> list[Card]:
        return [card for card in self.messages if re.fullmatch(r"[0-9a-f]+", _name(card))]

    @property
    def digests(self) -> list[Card]:
        return [card for card in self.messages if re.fullmatch(r"\d+-[0-9a-f]+", _name(card))]

    @property
    def episodes(self) -> list[Card]:
        return [card for card in self.messages if _name(card).startswith("ep-")]

    @property
    def thread_replies(self) -> list[Card]:
        """The replies in the threads of its cards and lists."""
        return [reply for card in self.messages for reply in card.replies]

    @property
    def reminders(self) -> list[Card]:
        """Reminders and the like."""
        return [card for card in self.messages if " " in _name(card)]

    def card(self, about: str) -> Card:
        """The newest card with these words on it."""
        found = [card for card in self.cards if about in card.words]
        assert found, f"no card about {about!r} in {self.name}, which shows:\n{self.words}"
        return found[-1]


def _name(card: Card) -> str:
    return str(((card.message.metadata or {}).get("event_payload") or {}).get("name", ""))
