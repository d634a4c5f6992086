"""Redis goes away: nothing is pretended, and everything goes on where it was."""

import pytest

from bot.domain.commits import StoreUnavailable
from bot.store.embedded_server import EmbeddedServer
from tests.scenarios.hooks import forum, post, sends
from tests.scenarios.spoken import LATE, LOST
from tests.scenarios.test_colleagues import SEEN, overheard
from tests.scenarios.world import World

AWAY = "Earshot cannot reach its memory right now. Try again in a minute; what was done already is not done twice."


async def back(server: EmbeddedServer) -> None:
    await server.ensure_running()
    await server.wait_ready()


async def test_a_click_while_the_memory_is_away_says_so_and_works_when_it_is_back(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.hears(LOST)
    card = fragile.channel("#care").card("@marta")
    await own_redis.stop()
    await card.click("Claim", by="ana")
    assert fragile.person("ana").told == AWAY
    assert await fragile.person("mia").types("/sentiment today") == AWAY
    assert AWAY in await fragile.person("ana").opens_home()
    await back(own_redis)
    await card.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


async def test_a_form_that_is_submitted_while_the_memory_is_away_stays_open_with_what_was_written(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.hears(LOST)
    card = fragile.channel("#care").card("@marta")
    await card.click("Resolve…", by="ana")
    await own_redis.stop()
    await fragile.sandbox.get_user("ana").fill_field("resolution", "answered")
    await fragile.sandbox.get_user("ana").submit()
    await fragile.calms_down()
    assert "Resolve the case" in fragile.person("ana").form
    await back(own_redis)
    assert "🆕 New" in card.words
    await fragile.sandbox.get_user("ana").submit()
    await fragile.calms_down()
    assert "Resolved by @ana: answered" in card.words


async def test_forms_stay_open_with_what_was_written_while_the_memory_takes_no_writes(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    """A replica answers whatever is read, so that to read is no proof."""
    await fragile.hears(LOST)
    card = fragile.channel("#care").card("@marta")
    client, ana = fragile.stage.store.client, fragile.sandbox.get_user("ana")
    await card.click("Resolve…", by="ana")
    await client.execute("REPLICAOF", "127.0.0.1", "1")
    await ana.fill_field("resolution", "answered")
    await ana.submit()
    await fragile.calms_down()
    assert "Resolve the case" in fragile.person("ana").form
    await client.execute("REPLICAOF", "NO", "ONE")
    await ana.submit()
    await fragile.calms_down()
    assert "Resolved by @ana: answered" in card.words

    seen = await overheard(fragile, SEEN)
    await client.execute("REPLICAOF", "127.0.0.1", "1")
    outcome = await fragile.person("joe").flags(seen, department="pr", kind="complaint")
    assert "memory" in " ".join(outcome.errors.values())
    await client.execute("REPLICAOF", "NO", "ONE")
    await fragile.sandbox.get_user("joe").submit()
    await fragile.calms_down()
    await fragile.waits(seconds=5)
    assert SEEN in fragile.channel("#pr").cards[0].words


async def test_a_failover_is_said_at_every_button_and_nothing_is_an_error(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.hears(LOST)
    card, ana = fragile.channel("#care").card("@marta"), fragile.person("ana")
    await fragile.stage.store.client.execute("REPLICAOF", "127.0.0.1", "1")
    await card.click("Claim", by="ana")
    assert ana.told == AWAY
    for words in ("/oncall take until 18:00", "/crisis"):
        await ana.types(words)
    assert not [line for line in fragile.diary.lines if line["level"] == "error"]
    await fragile.stage.store.client.execute("REPLICAOF", "NO", "ONE")
    await card.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


async def test_what_is_said_while_the_memory_is_away_is_not_taken_and_can_be_sent_again(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.listens_to(forum(fragile.clock))
    await own_redis.stop()
    with pytest.raises(StoreUnavailable):
        await fragile.hears(LATE)
    assert (await sends(fragile, post(fragile, LOST)))[0] == 503
    assert (await fragile.asks("/readyz"))[0] == 503
    assert (await fragile.asks("/healthz"))[0] == 200
    await back(own_redis)
    assert (await sends(fragile, post(fragile, LOST)))[0] == 202
    assert fragile.channel("#care").card("@rui")
    assert (await fragile.asks("/readyz"))[0] == 200


async def test_what_waited_when_the_memory_went_away_is_there_when_it_is_back(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.hears_all([fragile.mention(LOST), fragile.mention(LATE, by="pedro")])
    await own_redis.stop()
    await fragile.waits(minutes=1)
    await back(own_redis)
    await fragile.waits(minutes=1)
    assert len(fragile.channel("#care").cards) == 2
