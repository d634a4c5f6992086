"""Check Redis: that it accepts writes, and is configured not to lose mentions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.check_report import CheckFinding, Findings, make_fault, make_note, make_ok
from bot.cli.store_connection import UNREADABLE
from bot.config.settings import Settings
from bot.domain.commits import StoreUnavailable
from bot.store.access_check import verify_permissions, verify_write_access
from bot.store.brand_identity import BrandIdentity, StoreMismatchError, check_ownership, find_brand_id
from bot.store.client import RedisClient
from bot.store.embedded_server import EmbeddedServerError, run_embedded
from bot.store.keys import Keys
from bot.store.migrations import SCHEMA, load_schema
from bot.store.restore_records import RestoreRecordStore
from bot.store.server_info import ServerInfo, fetch_server_info
from bot.store.shards import MentionShard, build_shard_client
from bot.store.topology import ClusterTopology, SentinelTopology, StoreTopology, TopologyError


async def check_store(settings: Settings, brand: BrandIdentity | None) -> Findings:
    if settings.redis_url is not None:
        url = settings.redis_url.get_secret_value()
        async for finding in _check_redis(url, brand, "REDIS_URL", copies=settings.copies, shards=settings.shards):
            yield finding
        return
    try:
        with _choose_folder(settings.data) as folder:
            async with run_embedded(folder) as server:
                where = f", embedded in {settings.data}, {'started' if server.pid else 'joined'}"
                async for finding in _check_redis(
                    server.url, brand, "EARSHOT_DATA", where, settings.copies, settings.shards
                ):
                    yield finding
    except EmbeddedServerError as no:
        yield make_fault("EARSHOT_DATA", str(no))


@contextmanager
def _choose_folder(data: Path) -> Iterator[Path]:
    """Yield the data folder; if it does not exist, a temporary one beside it."""
    there = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    if there == data.absolute() or not there.is_dir():
        yield data
        return
    try:
        tried = TemporaryDirectory(prefix=".earshot-check-", dir=there)
    except OSError as no:
        hint = "Set EARSHOT_DATA to a folder that it can write to, or REDIS_URL to a running Redis."
        raise EmbeddedServerError(f"The embedded store cannot write to {data} ({no.strerror}). {hint}") from no
    with tried:
        yield Path(tried.name)


async def _check_redis(
    url: str, brand: BrandIdentity | None, place: str, where: str = "", copies: int = 0, shards: int = 1
) -> Findings:
    try:
        client = RedisClient(url, brand.id if brand else "check", copies)
    except TopologyError as no:
        yield make_fault(place, str(no))
        return
    except ValueError:
        yield make_fault(place, UNREADABLE)
        return
    try:
        server = await fetch_server_info(client)
        notes: list[CheckFinding] = []
        faults = [make_fault(place, problem) for problem in _list_server_problems(server)]
        faults += [make_fault("EARSHOT_COPIES", problem) for problem in _list_copy_problems(server, copies)]
        if not faults:
            kept = await find_brand_id(client, brand) if brand else "check"
            await verify_write_access(client, Keys(kept))
            await verify_permissions(client, Keys(kept))
            if brand:
                await check_ownership(client, brand._replace(id=kept), shards)
                notes = [note async for note in _describe_data(client, Keys(kept))]
            await _check_shards(url, kept, client, shards if shards > 1 else 0)
    except StoreUnavailable as no:
        yield make_fault(place, str(no))
        return
    except StoreMismatchError as no:
        faults = [make_fault(place, str(no))]
    finally:
        await client.close()
    if not faults:
        named = client.topology.describe()
        yield make_ok("Redis", f"{server.name} {server.version}{named and f', {named}'}{where}")
    hints = _list_server_hints(server, client.topology, copies, shards)
    for finding in (*faults, *notes, *(make_note(place, hint) for hint in hints)):
        yield finding


async def _describe_data(client: RedisClient, keys: Keys) -> Findings:
    """Say what the data's schema is, and what was restored last."""
    schema = await load_schema(client, keys)
    newer = " It was written by a newer release, which this one can read" if schema > SCHEMA else ""
    older = " It is changed to that at the next start" if schema < SCHEMA else ""
    yield make_ok("Data", f"schema {schema}, this release writes {SCHEMA}.{newer}{older}".rstrip("."))
    if restored := await RestoreRecordStore(client, keys).load():
        when = (
            f"restored {restored.restored_at:%Y-%m-%d %H:%M} UTC from a backup of {restored.backup_at:%Y-%m-%d %H:%M}"
        )
        if restored.settled_at is None:
            yield make_note("Data", f"{when}. Before it posts anything, earshot run looks up what was posted since")
        else:
            yield make_ok("Data", when)


async def _check_shards(url: str, brand: str, home: RedisClient, count: int) -> None:
    """Raise `StoreUnavailable` if the node of any shard would refuse what is needed."""
    for number in range(count):
        client = build_shard_client(url, brand, number, 0)
        try:
            await MentionShard(number, client, brand, home).verify_access()
        finally:
            await client.close()


def _list_server_hints(server: ServerInfo, topology: StoreTopology, copies: int, shards: int) -> Iterator[str]:
    if server.mode == "cluster" and not isinstance(topology, ClusterTopology):
        yield "this is a node of a cluster. Begin it with redis+cluster://, so that Earshot follows a failover"
    needed = {ClusterTopology: 1, SentinelTopology: server.replica_count}.get(type(topology), 0)
    if shards > 1 and not isinstance(topology, ClusterTopology):
        yield f"all {shards} shards are on one server, which makes nothing faster. They are for a cluster"
    if copies < needed:
        yield f"a failover may lose the last mentions and post second cards. Set EARSHOT_COPIES={needed} to prevent it"
    if not server.has_aof:
        yield f"{server.name} does not log every change to disk, so a crash may lose mentions. Set appendonly yes"


def _list_copy_problems(server: ServerInfo, copies: int) -> Iterator[str]:
    if copies > server.replica_count:
        have = f"{server.replica_count} {'replica' if server.replica_count == 1 else 'replicas'}"
        yield f"is {copies}, and the server has {have}, so nothing would be admitted. Lower it, or add replicas"


def _list_server_problems(server: ServerInfo) -> Iterator[str]:
    if server.too_old:
        yield f"this is {server.name} {server.version}. Use Redis 6.2 or newer, or Valkey"
    if server.mode == "sentinel":
        yield "this is a Sentinel, which keeps no data. Name it as redis+sentinel://HOST,HOST/NAME"
    if server.is_replica:
        yield "this is a replica, which takes no writes. Name its primary"
    if server.eviction_policy:
        full = f"{server.name} deletes keys when its memory is full ({server.eviction_policy})"
        yield f"{full}, also mentions. Set maxmemory-policy to noeviction"
