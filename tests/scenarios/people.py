"""What one colleague sees and does."""

import json
from typing import NamedTuple

from bot.cards import action_ids
from bot.slack_sandbox import DeliveryOutcome, SlackSandbox
from tests.scenarios.slack_views import Card, WaitUntilDone, render_plain_text


class Colleague(NamedTuple):
    name: str
    sandbox: SlackSandbox
    done: WaitUntilDone

    @property
    def last_whisper(self) -> str:
        """The newest thing that Earshot said for these eyes only."""
        said = self.whispers
        return said[-1] if said else "(nothing)"

    @property
    def whispers(self) -> list[str]:
        return [
            render_plain_text(self.sandbox, message.read_text())
            for message in self.sandbox.get_user(self.name).ephemeral_messages
        ]

    @property
    def dms(self) -> list[Card]:
        return [Card(message, self.sandbox, self.done) for message in self.sandbox.get_user(self.name).dm_messages]

    @property
    def dm(self) -> Card:
        """The newest direct message."""
        assert self.dms, f"Earshot wrote nothing to {self.name}"
        return self.dms[-1]

    @property
    def home(self) -> str:
        view = self.sandbox.get_user(self.name).home
        assert view is not None, f"{self.name} has no Home tab yet"
        return render_plain_text(self.sandbox, view.read_text())

    @property
    def form(self) -> str:
        """The words of the form that is open, or nothing."""
        view = self.sandbox.get_user(self.name).modal
        return render_plain_text(self.sandbox, view.read_text()) if view else ""

    async def type_command(self, line: str, in_channel: str = "#lobby") -> str:
        await self.sandbox.get_user(self.name).type_command(line, in_channel=in_channel)
        await self.done()
        return self.last_whisper

    async def open_home(self) -> str:
        await self.sandbox.get_user(self.name).open_home()
        await self.done()
        return self.home

    async def press_on_home(self, what: str, *, about: str = "") -> str:
        """A button on the Home tab; `about` are words of the row that it belongs to."""
        person = self.sandbox.get_user(self.name)
        assert person.home is not None
        blocks = person.home.blocks
        rows = [number for number, block in enumerate(blocks) if about in json.dumps(block, ensure_ascii=False)]
        assert rows, f"nothing about {about!r} on the Home tab of {self.name}:\n{self.home}"
        row = next(block for block in blocks[rows[0] :] if not about or block["type"] in {"actions", "section"})
        await person.click_button(person.home, what, block_id=row["block_id"] if about else "")
        await self.done()
        return self.home

    async def choose_on_home(self, menu: str, value: str) -> str:
        person = self.sandbox.get_user(self.name)
        await person.choose_option(person.home, menu, value=value)
        await self.done()
        return self.home

    async def press_in_form(self, what: str, *, block_id: str = "") -> str:
        """A button in the form that is open."""
        person = self.sandbox.get_user(self.name)
        await person.click_button(person.modal, what, block_id=block_id)
        await self.done()
        return self.form

    async def submit_form(self, **values: str) -> str:
        person = self.sandbox.get_user(self.name)
        for field, value in values.items():
            await person.fill_field(field, value)
        await person.submit()
        await self.done()
        return self.form

    async def press_on_whisper(self, what: str) -> None:
        """A button on the newest message that only this person sees."""
        person = self.sandbox.get_user(self.name)
        await person.click_button(person.ephemeral_messages[-1], what)
        await self.done()

    async def flag_message(
        self, card: Card, *, department: str, kind: str, words: str = "", has_address: bool = True
    ) -> DeliveryOutcome:
        """By the shortcut in the message's menu. Without `has_address`, the address in the form is emptied."""
        person = self.sandbox.get_user(self.name)
        await person.use_shortcut(action_ids.FLAG_MENTION, on=card.message)
        await self.done()
        assert person.modal is not None, f"no form opened; {self.name} was told: {self.last_whisper}"
        for field, value in ((action_ids.DEPARTMENT, department), (action_ids.KIND, kind), (action_ids.WORDS, words)):
            if value:
                await person.fill_field(field, value)
        if not has_address:
            await person.fill_field(action_ids.ADDRESS, "")
        outcome = await person.submit()
        await self.done()
        return outcome
