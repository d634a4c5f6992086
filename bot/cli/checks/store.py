"""Whether Redis takes writes, and can be trusted with mentions."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.findings import Finding, fault, note, well
from bot.cli.opening import UNREADABLE
from bot.domain.decision import StoreUnavailable
from bot.settings import Settings
from bot.store.client import Client
from bot.store.embedded import NoServer, embedded
from bot.store.keys import Keys
from bot.store.meta import Identity, NotOurs, compare, find_keys
from bot.store.proof import prove_rights, prove_write
from bot.store.server import Server, asked


async def of_store(settings: Settings, brand: Identity | None) -> AsyncIterator[Finding]:
    if settings.redis_url is not None:
        async for finding in _of(settings.redis_url.get_secret_value(), brand, "REDIS_URL", ""):
            yield finding
        return
    try:
        with _folder(settings.data) as folder:
            async with embedded(folder) as server:
                how = "started" if server.pid else "joined"
                async for finding in _of(server.url, brand, "EARSHOT_DATA", f", embedded in {settings.data}, {how}"):
                    yield finding
    except NoServer as no:
        yield fault("EARSHOT_DATA", str(no))


@contextmanager
def _folder(data: Path) -> Iterator[Path]:
    """The folder of the data; where there is none yet, one beside it that is gone afterwards."""
    there = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    if there == data.absolute() or not there.is_dir():
        yield data
        return
    try:
        tried = TemporaryDirectory(prefix=".earshot-check-", dir=there)
    except OSError as no:
        raise NoServer(
            f"The embedded store cannot write to {data} ({no.strerror}). "
            "Set EARSHOT_DATA to a folder that it can, or REDIS_URL to a Redis that runs."
        ) from no
    with tried:
        yield Path(tried.name)


async def _of(url: str, brand: Identity | None, place: str, where: str) -> AsyncIterator[Finding]:
    try:
        client = Client(url)
    except ValueError:
        yield fault(place, UNREADABLE)
        return
    try:
        server = await asked(client)
        faults = list(_faults(server, place))
        if not faults:
            kept = await find_keys(client, brand) if brand else "check"
            await prove_write(client, Keys(kept))
            await prove_rights(client, Keys(kept))
            if brand:
                await compare(client, brand._replace(id=kept))
    except StoreUnavailable as no:
        yield fault(place, str(no))
        return
    except NotOurs as no:
        faults = [fault(place, str(no))]
    finally:
        await client.close()
    if not faults:
        yield well("Redis", f"{server.name} {server.version}{where}")
    for finding in faults:
        yield finding
    if server.mode == "cluster":
        yield note(
            place, "this is a node of a cluster; it has all our keys now, and Earshot does not follow if they move"
        )
    if not server.logs:
        yield note(
            place, f"{server.name} does not log every change to disk, so a crash may lose mentions; set appendonly yes"
        )


def _faults(server: Server, place: str) -> Iterator[Finding]:
    if server.too_old:
        yield fault(place, f"this is {server.name} {server.version}; use Redis 6.2 or newer, or Valkey")
    if server.mode == "sentinel":
        yield fault(place, "this is a Sentinel, which keeps no data; name the primary that it watches")
    if server.follows:
        yield fault(place, "this is a replica, which takes no writes; name its primary")
    if server.forgets:
        yield fault(
            place,
            f"{server.name} throws keys away when its memory is full ({server.forgets}), mentions among them; "
            "set maxmemory-policy to noeviction",
        )
