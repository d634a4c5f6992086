"""Whether Redis takes writes, and can be trusted with mentions."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.check_report import CheckFinding, make_fault, make_note, make_ok
from bot.cli.store_connection import UNREADABLE
from bot.config.settings import Settings
from bot.domain.commits import StoreUnavailable
from bot.store.access_check import verify_permissions, verify_write_access
from bot.store.brand_identity import BrandIdentity, StoreMismatchError, check_ownership, find_brand_id
from bot.store.client import RedisClient
from bot.store.embedded_server import EmbeddedServerError, run_embedded
from bot.store.keys import Keys
from bot.store.server_info import ServerInfo, fetch_server_info


async def check_store(settings: Settings, brand: BrandIdentity | None) -> AsyncIterator[CheckFinding]:
    if settings.redis_url is not None:
        async for finding in _check_redis(settings.redis_url.get_secret_value(), brand, "REDIS_URL", ""):
            yield finding
        return
    try:
        with _choose_folder(settings.data) as folder:
            async with run_embedded(folder) as server:
                how = "started" if server.pid else "joined"
                async for finding in _check_redis(
                    server.url, brand, "EARSHOT_DATA", f", embedded in {settings.data}, {how}"
                ):
                    yield finding
    except EmbeddedServerError as no:
        yield make_fault("EARSHOT_DATA", str(no))


@contextmanager
def _choose_folder(data: Path) -> Iterator[Path]:
    """The folder of the data; where there is none yet, one beside it that is gone afterwards."""
    there = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    if there == data.absolute() or not there.is_dir():
        yield data
        return
    try:
        tried = TemporaryDirectory(prefix=".earshot-check-", dir=there)
    except OSError as no:
        raise EmbeddedServerError(
            f"The embedded store cannot write to {data} ({no.strerror}). "
            "Set EARSHOT_DATA to a folder that it can, or REDIS_URL to a Redis that runs."
        ) from no
    with tried:
        yield Path(tried.name)


async def _check_redis(url: str, brand: BrandIdentity | None, place: str, where: str) -> AsyncIterator[CheckFinding]:
    try:
        client = RedisClient(url)
    except ValueError:
        yield make_fault(place, UNREADABLE)
        return
    try:
        server = await fetch_server_info(client)
        faults = list(_find_server_faults(server, place))
        if not faults:
            kept = await find_brand_id(client, brand) if brand else "check"
            await verify_write_access(client, Keys(kept))
            await verify_permissions(client, Keys(kept))
            if brand:
                await check_ownership(client, brand._replace(id=kept))
    except StoreUnavailable as no:
        yield make_fault(place, str(no))
        return
    except StoreMismatchError as no:
        faults = [make_fault(place, str(no))]
    finally:
        await client.close()
    if not faults:
        yield make_ok("Redis", f"{server.name} {server.version}{where}")
    for finding in faults:
        yield finding
    if server.mode == "cluster":
        yield make_note(
            place, "this is a node of a cluster; it has all our keys now, and Earshot does not follow if they move"
        )
    if not server.has_aof:
        yield make_note(
            place, f"{server.name} does not log every change to disk, so a crash may lose mentions; set appendonly yes"
        )


def _find_server_faults(server: ServerInfo, place: str) -> Iterator[CheckFinding]:
    if server.too_old:
        yield make_fault(place, f"this is {server.name} {server.version}; use Redis 6.2 or newer, or Valkey")
    if server.mode == "sentinel":
        yield make_fault(place, "this is a Sentinel, which keeps no data; name the primary that it watches")
    if server.is_replica:
        yield make_fault(place, "this is a replica, which takes no writes; name its primary")
    if server.eviction_policy:
        yield make_fault(
            place,
            f"{server.name} throws keys away when its memory is full ({server.eviction_policy}), mentions among them; "
            "set maxmemory-policy to noeviction",
        )
