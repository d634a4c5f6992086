"""What REDIS_URL may name, and that a client finds and follows the primary. Failovers under load: tests/topology."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bot.domain.errors import ReplicaError, StoreUnavailable
from bot.store.client import RedisClient
from bot.store.store import Store
from bot.store.topology import ClusterTopology, SentinelTopology, ServerTopology, TopologyError, parse_topology
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


@pytest.mark.parametrize("url", ["redis://h/x", "rediss://u:p@h:1/0x", "redis+sentinel://a/main/x"])
def test_a_database_that_is_not_a_number_is_refused_and_not_taken_for_the_first(url: str) -> None:
    with pytest.raises(TopologyError, match="names a database that is not a number"):
        parse_topology(url, "northwind")


def test_a_slash_in_a_password_is_not_called_a_database() -> None:
    with pytest.raises(ValueError, match="password") as refused:
        RedisClient("redis://u:1/secret@h")
    assert not isinstance(refused.value, TopologyError)


async def explain(url: str) -> str:
    """What a person reads who connects to this URL."""
    client = RedisClient(url, "northwind")
    with pytest.raises(StoreUnavailable) as refused:
        await client.execute("PING")
    await client.close()
    assert "hunter2" not in str(refused.value)
    return str(refused.value)


async def test_the_reason_of_each_host_is_said(tmp_path: Path) -> None:
    async with start_loopback_server(tmp_path, "--cluster-enabled", "yes") as node:
        url = f"redis+cluster://u:hunter2@127.0.0.1:{node.port},127.0.0.1:1,one.invalid"
        assert await explain(url) == (
            f"None of 3 cluster nodes says who owns slot 12739: 127.0.0.1:{node.port}: wrong user name or password; "
            "127.0.0.1:1: connection refused; one.invalid:6379: no address is known for this name."
        )


async def test_one_host_says_what_is_wrong_with_the_url_of_a_cluster(tmp_path: Path) -> None:
    async with (
        start_loopback_server(tmp_path / "node", "--cluster-enabled", "yes") as node,
        start_loopback_server(tmp_path / "plain") as plain,
    ):
        said = "The cluster node does not say who owns slot 12739: 127.0.0.1:{}: {}."
        for url, port, why in (
            ("redis+cluster://u:hunter2@", node.port, "wrong user name or password"),
            ("redis+cluster://", node.port, "it knows of no owner"),
            ("rediss+cluster://", node.port, "no answer in time (does it speak TLS, as rediss:// says?)"),
            ("redis+cluster://", free_port(), "connection refused"),
            (
                *("redis+cluster://", plain.port),
                "it is not a node of a cluster (for one server, begin REDIS_URL with redis://)",
            ),
        ):
            assert await explain(f"{url}127.0.0.1:{port}") == said.format(port, why)


async def test_one_host_says_what_is_wrong_with_the_url_of_sentinels(tmp_path: Path) -> None:
    config = tmp_path / "sentinel.conf"
    config.write_text("sentinel monitor main 127.0.0.1 1 1\n", encoding="utf-8")
    async with (
        start_loopback_server(tmp_path / "sentinel", "--sentinel", config=config) as sentinel,
        start_loopback_server(tmp_path / "plain") as plain,
    ):
        said = "The Sentinel does not say where the primary '{}' is: 127.0.0.1:{}: {}."
        given, port = "main?sentinel_password=hunter2", sentinel.port
        assert await explain(f"redis+sentinel://127.0.0.1:{port}/other") == said.format(
            "other", port, "it watches no primary of this name"
        )
        assert await explain(f"redis+sentinel://127.0.0.1:{port}/{given}") == said.format(
            "main", port, "it has no password, and a sentinel_password is given"
        )
        assert await explain(f"redis+sentinel://127.0.0.1:{plain.port}/main") == said.format(
            "main", plain.port, "it is not a Sentinel (for one server, begin REDIS_URL with redis://)"
        )
        await sentinel.admin.execute("ACL", "SETUSER", "default", "resetpass", ">right")
        assert await explain(f"redis+sentinel://127.0.0.1:{port}/main") == said.format(
            "main", port, "it asks for a password, and no sentinel_password is given"
        )
        assert await explain(f"redis+sentinel://127.0.0.1:{port}/{given}") == said.format(
            "main", port, "wrong user name or sentinel_password"
        )


async def test_a_host_that_hangs_up_may_speak_only_tls() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    said = await explain(f"redis+cluster://127.0.0.1:{port}")
    server.close()
    assert said.endswith(f"127.0.0.1:{port}: no connection (does it speak only TLS? Then use rediss://).")


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
        with pytest.raises(ReplicaError, match=r"Only 0 of 1 replicas .* lower it, or add replicas\."):
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
