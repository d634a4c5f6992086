"""Mentions by number, admitted and triaged in a line."""

from typing import Any

from bot.clock import Clock
from bot.domain.case import Case, derive_case_id
from bot.domain.mention import Mention
from bot.store.store import Store
from bot.workers.triage import TriageWorker
from tests.domain.samples import build_mention
from tests.workers.fake_rules import FakeRules

WORDS = ("Ada", "Bo", "Cy", "Dot", "Eve", "Fay", "Gus", "Hal", "Ike", "Joy")


def spell_number(number: int) -> str:
    """Names of its own for each number, so that no two posts are copies or similar."""
    return " ".join(WORDS[int(digit)] for digit in str(number))


def build_numbered_mention(number: int, **changes: Any) -> Mention:
    found = {
        "id": f"x:{number}",
        "text": f"You lost my bag {number} again and again {spell_number(number)}",
        "author": f"@p{number}",
    }
    return build_mention(**found | changes)


async def admit_mentions(store: Store, clock: Clock, *mentions: Mention) -> int:
    return await store.inbox.admit("x", mentions, None, clock.now())


async def triage_mentions(store: Store, rules: FakeRules, clock: Clock, *mentions: Mention) -> list[Case]:
    """The cases that these opened, in order, joined ones left out."""
    await admit_mentions(store, clock, *mentions)
    triage = TriageWorker(store, rules, clock, "test", wait=False)
    while await triage.step():
        pass
    found = await store.cases.find([derive_case_id(one.id) for one in mentions])
    return list(found.values())
