"""Who is in a user group, when Slack says and when it does not."""

import asyncio
from typing import cast

from bot.sinks.delivery_errors import SlackRejectedError
from bot.sinks.slack import SlackSink
from bot.sinks.slack_directory import SlackDirectory
from tests.clock import SteppedClock


class Slack:
    """Only says who is in a group, or refuses to."""

    def __init__(self) -> None:
        self.refuses = False
        self.asked = 0

    async def list_members(self, group: str) -> frozenset[str]:
        self.asked += 1
        if self.refuses:
            raise SlackRejectedError("missing_scope")
        return frozenset({"U0BEN"}) if group == "S0CARE" else frozenset()


def directory(slack: Slack, clock: SteppedClock) -> SlackDirectory:
    return SlackDirectory(cast("SlackSink", slack), clock)


async def test_who_was_in_a_group_stays_in_it_while_slack_does_not_say() -> None:
    slack, clock = Slack(), SteppedClock()
    group = directory(slack, clock)
    assert await group.list_members("S0CARE") == frozenset({"U0BEN"})
    slack.refuses = True
    clock.advance(minutes=6)
    assert await group.list_members("S0CARE") == frozenset({"U0BEN"})


async def test_fifty_who_press_while_slack_does_not_say_do_not_wait_for_it_one_after_another() -> None:
    slack, clock = Slack(), SteppedClock()
    slack.refuses = True
    group = directory(slack, clock)
    await asyncio.gather(*(group.list_members("S0CARE") for _ in range(50)))
    assert slack.asked == 1
    slack.refuses = False
    clock.advance(seconds=11)
    assert await group.list_members("S0CARE") == frozenset({"U0BEN"})
