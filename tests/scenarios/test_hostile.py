"""Strangers write what they like. It is shown, and does nothing."""

import pytest

from tests.scenarios.sample_posts import LOST
from tests.scenarios.world import World

HOSTILE = {
    "pings": "@northwindair worst airline <!channel> <!here> <!everyone> <@U0ANA> <!subteam^S0CARE> @channel @here",
    "markup": "@northwindair *worst* _airline_ ~ever~ `code` ```block``` > quote <https://evil.example|Claim> lost my bag",
    "a false button": '@northwindair worst airline lost my bag {"type":"button","action_id":"case_claim","value":"x"}',
    "right to left": "@northwindair worst airline, lost my bag \u202edlo si siht\u202c \u2066\u2067 \u200f",
    "zero width": "@northwindair worst air\u200bline, lost\u200d\u200d\u200d my \ufeffbag \u2060",
    "nul": "@northwindair worst\x00 airline, lost my \x00bag",
    "terminal": "@northwindair worst airline, lost my bag \x1b[2J\x1b]0;owned\x07 \x9b31m \r\n\x08\x08",
    "lone surrogates": "@northwindair worst airline, lost my bag \ud800 \udfff",
    "entities": "@northwindair worst airline, lost my bag &lt;!channel&gt; &amp; <!date^0^{date}|now>",
    "stacked marks": "@northwindair worst airline, lost my b" + "\u0301" * 500 + "ag",
    "lines": "@northwindair worst airline, lost my bag" + "\n" * 5000 + "Claimed by <@U0ANA>",
}


LONG = "@northwindair worst airline, lost my bag " + "and my patience " * 3500


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONG], ids=[*HOSTILE, "long"])
async def test_a_hostile_post_pings_nobody_forges_nothing_and_is_claimed_like_any_other(
    world: World, text: str
) -> None:
    await world.receive(text, by="mallory")
    card = world.channel("#care").card("@mallory")
    assert world.sandbox.workspace.pings == []
    assert card.message.unfurled == []
    assert card.buttons == ["Claim", "Open post"]
    await card.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words
    await card.resolve("answered", by="ana")
    assert "Resolved by @ana" in card.words


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_post_disturbs_only_who_is_called_for_it(world: World, text: str) -> None:
    await world.receive(text, by="mallory")
    await world.advance(minutes=25)
    await world.person("mia").type_command("/sentiment today", in_channel="#care")
    assert [ping for ping in world.sandbox.workspace.pings if ping.channel != "C0CARE"] == []
    assert {ping.target for ping in world.sandbox.workspace.pings} <= {"U0RAJ", "U0MIA"}
    assert "You're on call" in world.person("raj").dm.words


async def test_a_post_too_long_to_be_read_whole_is_unsure_and_calls_nobody(world: World) -> None:
    await world.receive(LONG, by="mallory")
    await world.advance(minutes=25)
    assert "only its first 1,500 letters were read" in await world.channel("#care").card("@mallory").explain()
    assert world.person("raj").dms == []


NAMES = {
    "a ping": "<!channel>",
    "a colleague": "<@U0ANA>",
    "markup": "*bold*_it_`c`",
    "lines": "a\n\n\nClaimed by ana",
    "long": "n" * 300,
    "backwards": "\u202eanam",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_a_hostile_name_is_a_name_in_every_sentence(world: World, name: str) -> None:
    author = {"id": "m", "handle": name, "name": name, "followers": 10}
    await world.receive(LOST, conversation="c1", author=author)
    [card] = world.channel("#care").cards
    await card.click("Claim", by="ana")
    await world.receive("and again nothing", conversation="c1", author=author)
    await card.separate("", by="ana")
    await world.advance(minutes=35)
    await world.person("ana").open_home()
    assert {ping.target for ping in world.sandbox.workspace.pings} <= {"U0ANA", "U0RAJ", "U0MIA"}
    assert "U0ANA" not in {ping.target for ping in world.sandbox.workspace.pings if ping.channel == "D0RAJ"}
