"""Where the primary is: at one address, wherever Sentinels say, or at the node of a cluster that has the brand's slot.

All keys of a brand share a hash tag, so all of them are in one slot of a cluster, on one node. So one pool of
connections is enough for each of the three: each new connection asks where the primary is now.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, Protocol
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlencode, urlsplit

import redis.asyncio
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import RedisError

from bot.store.host_answers import AddressQuestion, ask_each, format_address

log = structlog.get_logger(__name__)

SENTINEL_PORT, CLUSTER_PORT = 26379, 6379
UNKNOWN_HOSTS = (None, "", "?")
"""What a node says in place of a host that is its own, or that it does not know (cluster-preferred-endpoint-type)."""
ASK_TIMEOUT = 1.0
"""Seconds for a Sentinel or a node to say where the primary is."""
FRESH = 0.05
"""Seconds for which an answer serves all connections that are opened: after a failover they are opened at once."""
WATCH_INTERVAL = 0.2
"""Seconds between questions to the Sentinels. A demoted primary keeps its connections, and takes writes that are lost
as soon as it follows the new one; the shorter this is, the fewer."""


class ServerAddress(NamedTuple):
    host: str
    port: int


class StoreTopology(Protocol):
    """How to find the primary. `url` is what the driver reads: credentials, TLS and options."""

    url: str
    watch_interval: float
    """Seconds between looks for another primary; 0 where a demoted one says so itself."""

    async def find_primary(self) -> ServerAddress | None:
        """Return where it is now; None leaves the address of `url`. Raises the driver's `ConnectionError`."""
        ...

    def describe(self) -> str:
        """Say in words what the URL names, without credentials; empty for one server."""
        ...

    async def close(self) -> None: ...


class TopologyError(ValueError):
    """Says in our own words, without a part of the URL, what is wrong with it."""


class ServerTopology:
    watch_interval = 0.0

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "unix":
            _parse_database(parts.path.strip("/"))
        self.url = url

    async def find_primary(self) -> None:
        return None

    def describe(self) -> str:
        return ""

    async def close(self) -> None:
        pass


class SentinelTopology:
    """Sentinels that watch a primary by its name. The answer with the highest epoch of its configuration counts."""

    watch_interval = WATCH_INTERVAL

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._name, _, database = unquote(parts.path).strip("/").partition("/")
        if not self._name:
            raise TopologyError("names no primary. Write it after the hosts: redis+sentinel://host1,host2/NAME")
        options = parse_qs(parts.query)
        user, password = (options.pop(f"sentinel_{word}", [""])[0] for word in ("username", "password"))
        hosts = _parse_hosts(parts, SENTINEL_PORT)
        self.url = _build_url(parts, hosts[0], f"/{_parse_database(database)}", options)
        login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if password else ""
        self._clients = [_build_client(_build_url(parts, host, "", options, login)) for host in hosts]

    async def find_primary(self) -> ServerAddress:
        question = AddressQuestion("Sentinel", f"where the primary '{self._name}' is", "sentinel_password")
        said = await ask_each(self._clients, self._ask_one, question)
        return ServerAddress(*max(said)[1])

    async def _ask_one(self, client: Any) -> tuple[int, ServerAddress]:
        flat = await client.execute_command("SENTINEL", "MASTER", self._name)
        found = dict(zip(flat[::2], flat[1::2], strict=True))
        return int(found["config-epoch"]), ServerAddress(found["ip"], int(found["port"]))

    def describe(self) -> str:
        return f"the primary '{self._name}' that Sentinels watch"

    async def close(self) -> None:
        await _close_each(self._clients)


class ClusterTopology:
    """A cluster, of which any nodes are named. The node that most of them name as the owner of the slot counts."""

    watch_interval = 0.0  # a node that lost a slot answers MOVED, and one that is cut off CLUSTERDOWN

    def __init__(self, url: str, brand: str) -> None:
        parts = urlsplit(url)
        if parts.path.strip("/") not in ("", "0"):
            raise TopologyError("has a database number, and a cluster has only database 0. Leave it out")
        hosts = _parse_hosts(parts, CLUSTER_PORT)
        self._build_url = partial(_build_url, parts, path="", options=parse_qs(parts.query))
        self.url = self._build_url(hosts[0])
        self._named = frozenset(hosts)
        self._clients = {host: _build_client(self._build_url(host)) for host in hosts}
        self._slot = key_slot(f"{{{brand}}}".encode())

    async def find_primary(self) -> ServerAddress:
        question = AddressQuestion("cluster node", f"who owns slot {self._slot}", "password")
        said = await ask_each(list(self._clients.values()), self._ask_one, question)
        await self._update_clients({one for nodes in said for one in nodes})
        return ServerAddress(*Counter(nodes[0] for nodes in said).most_common(1)[0][0])

    async def _update_clients(self, having: set[ServerAddress]) -> None:
        """Ask the nodes that have the slot the next time, too: those in the URL may all be replaced by then."""
        for address in having - self._clients.keys():
            self._clients[address] = _build_client(self._build_url(address))
        for address in self._clients.keys() - having - self._named:
            await self._clients.pop(address).aclose()

    async def _ask_one(self, client: Any) -> list[ServerAddress]:
        """Return the primary and the replicas of the slot."""
        asked = _get_host(client)
        for first, last, *nodes in await client.execute_command("CLUSTER", "SLOTS"):
            if first <= self._slot <= last:
                return [ServerAddress(asked if host in UNKNOWN_HOSTS else host, port) for host, port, *_ in nodes]
        return []

    def describe(self) -> str:
        return "in a cluster"

    async def close(self) -> None:
        await _close_each(self._clients.values())


def parse_topology(url: str, brand: str) -> StoreTopology:
    """Parse REDIS_URL. Raises `TopologyError`, or a `ValueError` that may contain a part of the password."""
    scheme = urlsplit(url).scheme
    if scheme.endswith("+sentinel"):
        return SentinelTopology(url)
    return ClusterTopology(url, brand) if scheme.endswith("+cluster") else ServerTopology(url)


class PrimaryFinder:
    """Finds the primary for connections that are opened, with one question for all that are opened at once."""

    def __init__(self, topology: StoreTopology, handle_change: Callable[[], Awaitable[None]]) -> None:
        """`handle_change` is called when another server has become the primary, if the topology is to be watched."""
        self._topology = topology
        self._handle_change = handle_change
        self._asking = asyncio.Lock()
        self._found: ServerAddress | None = None
        self._found_at = float("-inf")
        self._watch: asyncio.Task[None] | None = None

    async def find(self) -> ServerAddress | None:
        """Return where it is now. Raises the driver's `ConnectionError`."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if now - self._found_at > FRESH:
                self._found, self._found_at = await self._topology.find_primary(), now
            if self._topology.watch_interval and self._watch is None:
                self._watch = asyncio.create_task(self._watch_primary(self._found))
            return self._found

    async def close(self) -> None:
        if self._watch:
            self._watch.cancel()
            await asyncio.wait([self._watch])
        await self._topology.close()

    async def _watch_primary(self, known: ServerAddress | None) -> None:
        while True:
            await asyncio.sleep(self._topology.watch_interval)
            with suppress(RedisError, OSError):  # while no Sentinel answers, none of them replaces the primary
                found = await self.find()
                if found != known:
                    log.warning("another server is the primary now", primary=found, earlier=known)
                    known = found
                    await self._handle_change()


def _get_host(client: Any) -> str:
    return str(client.connection_pool.connection_kwargs["host"])


async def _close_each(clients: Iterable[Any]) -> None:
    for client in clients:
        await client.aclose()


def _parse_database(text: str) -> int:
    """Raise `TopologyError` for one that the driver would take for 0; `ValueError` for what is a part of a password."""
    if "@" in text:
        raise ValueError("A password has a slash")
    if text and not text.isdecimal():
        raise TopologyError("names a database that is not a number. Write its number, or leave it out")
    return int(text or 0)


def _parse_hosts(parts: SplitResult, port: int) -> list[ServerAddress]:
    """Return the addresses of `h1,h2:26380,[::1]:26379`, the default port for those without."""
    hosts = [urlsplit(f"//{one.strip()}") for one in parts.netloc.rpartition("@")[2].split(",")]
    if not all(host.hostname for host in hosts):
        raise ValueError("A host is missing")
    return [ServerAddress(str(host.hostname), host.port or port) for host in hosts]


def _build_url(
    parts: SplitResult, host: ServerAddress, path: str, options: dict[str, list[str]], login: str | None = None
) -> str:
    """Build the URL of one host, with the credentials of `parts` unless others are given."""
    scheme, known = parts.scheme.partition("+")[0], "".join(parts.netloc.rpartition("@")[:2])
    query = urlencode(options, doseq=True)
    return f"{scheme}://{known if login is None else login}{format_address(*host)}{path}{'?' if query else ''}{query}"


def _build_client(url: str) -> Any:
    client = redis.asyncio.Redis.from_url(
        url, decode_responses=True, socket_timeout=ASK_TIMEOUT, socket_connect_timeout=ASK_TIMEOUT, protocol=2
    )
    client.response_callbacks.clear()
    client.set_retry(Retry(NoBackoff(), 0))
    return client
