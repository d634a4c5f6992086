"""Redis goes away: nothing is pretended, and everything goes on where it was."""

import pytest

from bot.domain.commits import StoreUnavailable
from bot.store.embedded_server import EmbeddedServer
from tests.scenarios.sample_posts import LATE, LOST
from tests.scenarios.test_colleagues import SEEN, post_in_channel
from tests.scenarios.webhook_client import build_forum_source, build_post, send_delivery
from tests.scenarios.world import World

AWAY = "Earshot can't reach its database. Try again in a minute. Nothing happens twice."


async def restart_redis(server: EmbeddedServer) -> None:
    await server.ensure_running()
    await server.wait_ready()


async def test_a_click_while_the_memory_is_away_says_so_and_works_when_it_is_back(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.receive(LOST)
    card = fragile.channel("#care").card("@marta")
    await own_redis.stop()
    await card.click("Claim", by="ana")
    assert fragile.person("ana").last_whisper == AWAY
    assert await fragile.person("mia").type_command("/sentiment today") == AWAY
    assert AWAY in await fragile.person("ana").open_home()
    await restart_redis(own_redis)
    await card.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


async def test_a_form_that_is_submitted_while_the_memory_is_away_stays_open_with_what_was_written(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.receive(LOST)
    card = fragile.channel("#care").card("@marta")
    await card.click("Resolve…", by="ana")
    await own_redis.stop()
    await fragile.sandbox.get_user("ana").fill_field("resolution", "answered")
    await fragile.sandbox.get_user("ana").submit()
    await fragile.finish_listeners()
    assert "Resolve case" in fragile.person("ana").form
    await restart_redis(own_redis)
    assert "Unclaimed" in card.words
    await fragile.sandbox.get_user("ana").submit()
    await fragile.finish_listeners()
    assert "Resolved by @ana · answered" in card.words


async def test_forms_stay_open_with_what_was_written_while_the_memory_takes_no_writes(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    """A replica answers whatever is read, so that to read is no proof."""
    await fragile.receive(LOST)
    card = fragile.channel("#care").card("@marta")
    client, ana = fragile.local_app.store.client, fragile.sandbox.get_user("ana")
    await card.click("Resolve…", by="ana")
    await client.execute("REPLICAOF", "127.0.0.1", "1")
    await ana.fill_field("resolution", "answered")
    await ana.submit()
    await fragile.finish_listeners()
    assert "Resolve case" in fragile.person("ana").form
    await client.execute("REPLICAOF", "NO", "ONE")
    await ana.submit()
    await fragile.finish_listeners()
    assert "Resolved by @ana · answered" in card.words

    seen = await post_in_channel(fragile, SEEN)
    await client.execute("REPLICAOF", "127.0.0.1", "1")
    outcome = await fragile.person("joe").flag_message(seen, department="pr", kind="complaint")
    assert "database" in " ".join(outcome.errors.values())
    await client.execute("REPLICAOF", "NO", "ONE")
    await fragile.sandbox.get_user("joe").submit()
    await fragile.finish_listeners()
    await fragile.advance(seconds=5)
    assert SEEN in fragile.channel("#pr").cards[0].words


async def test_a_failover_is_said_at_every_button_and_nothing_is_an_error(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.receive(LOST)
    card, ana = fragile.channel("#care").card("@marta"), fragile.person("ana")
    await fragile.local_app.store.client.execute("REPLICAOF", "127.0.0.1", "1")
    await card.click("Claim", by="ana")
    assert ana.last_whisper == AWAY
    for words in ("/oncall take until 18:00", "/crisis"):
        await ana.type_command(words)
    assert not [line for line in fragile.log.lines if line["level"] == "error"]
    await fragile.local_app.store.client.execute("REPLICAOF", "NO", "ONE")
    await card.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


async def test_what_is_said_while_the_memory_is_away_is_not_taken_and_can_be_sent_again(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.start_sources(build_forum_source(fragile.clock))
    await own_redis.stop()
    with pytest.raises(StoreUnavailable):
        await fragile.receive(LATE)
    assert (await send_delivery(fragile, build_post(fragile, LOST)))[0] == 503
    assert (await fragile.fetch("/readyz"))[0] == 503
    assert (await fragile.fetch("/healthz"))[0] == 200
    await restart_redis(own_redis)
    assert (await send_delivery(fragile, build_post(fragile, LOST)))[0] == 202
    assert fragile.channel("#care").card("@rui")
    assert (await fragile.fetch("/readyz"))[0] == 200


async def test_what_waited_when_the_memory_went_away_is_there_when_it_is_back(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.receive_all([fragile.build_mention(LOST), fragile.build_mention(LATE, by="pedro")])
    await own_redis.stop()
    await fragile.advance(minutes=1)
    await restart_redis(own_redis)
    await fragile.advance(minutes=1)
    assert len(fragile.channel("#care").cards) == 2
