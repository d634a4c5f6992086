"""What REDIS_URL may name, and that a client finds and follows the primary. Failovers under load: tests/topology."""

import os
import signal
from pathlib import Path

import pytest

from bot.domain.commits import StoreUnavailable
from bot.store.client import RedisClient
from bot.store.store import Store
from bot.store.topology import ClusterTopology, SentinelTopology, ServerTopology, parse_topology
from tests.clock import SteppedClock
from tests.store.loopback_server import follow, free_port, start_loopback_server
from tests.workers.numbered_mentions import build_numbered_mention


@pytest.mark.parametrize(
    ("url", "kind", "driver_url", "words"),
    [
        ("redis://u:p@h:1/2", ServerTopology, "redis://u:p@h:1/2", ""),
        ("unix:///tmp/redis.sock", ServerTopology, "unix:///tmp/redis.sock", ""),
        (
            "redis+sentinel://u:p%40@a,b:1,[::1]:2/main/3?sentinel_password=s&health_check_interval=5",
            SentinelTopology,
            "redis://u:p%40@a:26379/3?health_check_interval=5",
            "the primary 'main' that Sentinels watch",
        ),
        ("rediss+sentinel://a/main", SentinelTopology, "rediss://a:26379/0", "the primary 'main' that Sentinels watch"),
        ("redis+cluster://u:p@a,b:1", ClusterTopology, "redis://u:p@a:6379", "in a cluster"),
        ("rediss+cluster://[::1],b/0", ClusterTopology, "rediss://[::1]:6379", "in a cluster"),
    ],
)
async def test_an_address_names_one_server_sentinels_or_a_cluster(
    url: str, kind: type, driver_url: str, words: str
) -> None:
    topology = parse_topology(url, "northwind")
    assert (type(topology), topology.url, topology.describe()) == (kind, driver_url, words)
    await topology.close()


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://a",
        "redis+sentinel:///main",
        "redis+sentinel://a,/main",
        "redis+cluster://a:x",
        "redis+cluster://a/1",
    ],
)
def test_an_address_without_a_name_a_host_or_with_a_database_of_a_cluster_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"missing|names no primary|only database 0|invalid literal|Port"):
        parse_topology(url, "northwind")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis+cluster://one.invalid,127.0.0.1:1", "nodes of the cluster says who has slot "),
        ("redis+sentinel://one.invalid,127.0.0.1:1/main", "Sentinels says where the primary 'main' is"),
    ],
)
async def test_a_host_that_has_no_address_is_named_if_no_other_answers(url: str, said: str) -> None:
    client = RedisClient(url, "northwind")
    with pytest.raises(StoreUnavailable) as refused:
        await client.execute("PING")
    assert said in str(refused.value)
    assert str(refused.value).endswith(": no address is known for one.invalid.")
    await client.close()


class UnreadableAnswers:
    """A Sentinel, or what answers in its place, whose answers make no sense at first."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def execute_command(self, *_: str) -> list[str]:
        return self.answers.pop(0)


GOOD = ["ip", "10.0.0.1", "port", "6379", "config-epoch", "3"]


@pytest.mark.parametrize("odd", [["ip"], [], ["ip", "10.0.0.2", "port", "x", "config-epoch", "9"]])
async def test_an_answer_that_makes_no_sense_is_none(odd: list[str]) -> None:
    topology = SentinelTopology("redis+sentinel://a,b/main")
    await topology.close()
    topology._clients = [UnreadableAnswers(odd), UnreadableAnswers(GOOD)]
    assert await topology.find_primary() == ("10.0.0.1", 6379)


async def test_where_no_sentinel_and_no_node_answers_the_store_is_away(brand: str) -> None:
    for url in (f"redis+sentinel://127.0.0.1:{free_port()}/main", f"redis+cluster://127.0.0.1:{free_port()}"):
        client = RedisClient(url, brand)
        with pytest.raises(StoreUnavailable, match="says w"):
            await client.execute("PING")
        await client.close()


async def test_what_too_few_replicas_have_is_refused_and_accepted_when_it_is_sent_again(
    tmp_path: Path, brand: str, clock: SteppedClock
) -> None:
    async with (
        start_loopback_server(tmp_path / "primary") as primary,
        start_loopback_server(tmp_path / "replica") as replica,
    ):
        client = RedisClient(f"redis://127.0.0.1:{primary.port}", brand, copies=1)
        store = Store(client, brand, "test")
        mention = build_numbered_mention(1)
        with pytest.raises(StoreUnavailable, match="Only 0 of 1 replicas"):
            await store.inbox.admit("x", [mention], None, clock.now())
        await follow(replica, primary)
        assert await store.inbox.admit("x", [mention], None, clock.now()) == 0
        assert (await store.mention_counters.read()).seen == 1
        await client.close()


async def test_a_repetition_is_also_refused_while_too_few_replicas_have_the_first(
    tmp_path: Path, brand: str, clock: SteppedClock
) -> None:
    """On another connection, on which nothing else was written: WAIT would say that all is well."""
    deleted = build_numbered_mention(1).model_copy(update={"deleted_at": clock.now()})
    async with (
        start_loopback_server(tmp_path / "primary") as primary,
        start_loopback_server(tmp_path / "replica") as replica,
    ):
        await follow(replica, primary)
        url = f"redis://127.0.0.1:{primary.port}"
        first, second = RedisClient(url, brand, copies=1), RedisClient(url, brand, copies=1)
        os.kill(replica.pid, signal.SIGSTOP)
        for client in (first, second):
            with pytest.raises(StoreUnavailable, match="Only 0 of 1 replicas"):
                await Store(client, brand, "test").inbox.admit("x", [deleted], None, clock.now())
            await client.close()
        os.kill(replica.pid, signal.SIGCONT)
