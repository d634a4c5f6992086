"""Roll-ups: load the cases that wait for a person, to list them."""

from bot.cards.block_kit import build_message_link
from bot.cards.roll_ups import MOST_CASES, RollUpView
from bot.clock import Clock
from bot.domain.cases.roll_ups import RollUpTopic, parse_roll_up
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.roll_ups import RollUpStore


class RollUpUseCases:
    def __init__(self, roll_ups: RollUpStore, rules: PlaybookRules, clock: Clock) -> None:
        self._roll_ups = roll_ups
        self._rules = rules
        self._clock = clock

    async def get(self, value: str, topic: RollUpTopic = RollUpTopic.UNCLAIMED) -> RollUpView:
        """`value` is that of the button."""
        roll_up = parse_roll_up(value, topic)
        waiting = await self._roll_ups.load_waiting(roll_up, MOST_CASES)
        places = await self._roll_ups.find_cards([case.id for case in waiting.cases])
        links = {case: build_message_link(*place) for case, place in places.items()}
        department = get_department_or_lost(self._rules, roll_up.department)
        return RollUpView(roll_up, department, waiting.cases, links, waiting.total, waiting.oldest, self._clock.now())
