"""What one colleague sees and does."""

from typing import NamedTuple

from bot.cards import buttons
from bot.sandbox import Outcome, Sandbox
from tests.scenarios.eyes import Card, Done, plainly


class Colleague(NamedTuple):
    name: str
    sandbox: Sandbox
    done: Done

    @property
    def told(self) -> str:
        """The newest thing that Earshot said for these eyes only."""
        said = self.whispers
        return said[-1] if said else "(nothing)"

    @property
    def whispers(self) -> list[str]:
        return [plainly(self.sandbox, message.words()) for message in self.sandbox.person(self.name).sees_only]

    @property
    def dms(self) -> list[Card]:
        return [Card(message, self.sandbox, self.done) for message in self.sandbox.person(self.name).dm]

    @property
    def dm(self) -> Card:
        """The newest direct message."""
        assert self.dms, f"Earshot wrote nothing to {self.name}"
        return self.dms[-1]

    @property
    def home(self) -> str:
        view = self.sandbox.person(self.name).home
        assert view is not None, f"{self.name} has no Home tab yet"
        return plainly(self.sandbox, view.words())

    @property
    def form(self) -> str:
        """The words of the form that is open, or nothing."""
        view = self.sandbox.person(self.name).modal
        return plainly(self.sandbox, view.words()) if view else ""

    async def types(self, line: str, in_channel: str = "#lobby") -> str:
        await self.sandbox.person(self.name).types(line, in_channel=in_channel)
        await self.done()
        return self.told

    async def opens_home(self) -> str:
        await self.sandbox.person(self.name).opens_home()
        await self.done()
        return self.home

    async def presses_on_whisper(self, what: str) -> None:
        """A button on the newest message that only this person sees."""
        person = self.sandbox.person(self.name)
        await person.click(person.sees_only[-1], what)
        await self.done()

    async def flags(self, card: Card, *, department: str, kind: str, words: str = "") -> Outcome:
        """By the shortcut in the message's menu."""
        person = self.sandbox.person(self.name)
        await person.shortcut(buttons.FLAG_MENTION, on=card.message)
        await self.done()
        assert person.modal is not None, f"no form opened; {self.name} was told: {self.told}"
        for field, value in ((buttons.DEPARTMENT, department), (buttons.KIND, kind), (buttons.WORDS, words)):
            if value:
                await person.fill(field, value)
        outcome = await person.submit()
        await self.done()
        return outcome
