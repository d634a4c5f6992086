"""The store as a whole: its parts over one connection, opened and closed together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.store.baselines import Baselines
from bot.store.books import Books
from bot.store.calendars import CalendarStore
from bot.store.cases import CaseStore
from bot.store.client import Client
from bot.store.corrections import Corrections
from bot.store.crises import CrisisStore
from bot.store.dead import Dead
from bot.store.drills import DrillStore
from bot.store.embedded import embedded
from bot.store.episodes import Episodes
from bot.store.feed import Feed
from bot.store.feeds import FeedStore
from bot.store.holes import HoleStore
from bot.store.inbox import Inbox
from bot.store.keys import Keys
from bot.store.lately import LatelyStore
from bot.store.leases import Leases
from bot.store.limits import Limits
from bot.store.mornings import Mornings
from bot.store.outbox import Outbox
from bot.store.overrides import OverrideStore
from bot.store.pages import PageStore
from bot.store.proof import prove_rights, prove_write
from bot.store.quarantine import Quarantine
from bot.store.reads import ReadStore
from bot.store.signing import Secrets
from bot.store.spam import Spam
from bot.store.tallies import Tallies
from bot.store.troubles import Troubles
from bot.store.vigils import VigilStore


@dataclass(frozen=True, slots=True)
class Store:
    brand: str
    """Its id."""
    client: Client
    keys: Keys
    inbox: Inbox
    cases: CaseStore
    outbox: Outbox
    overrides: OverrideStore
    calendars: CalendarStore
    pages: PageStore
    drills: DrillStore
    mornings: Mornings
    crises: CrisisStore
    vigils: VigilStore
    signing: Secrets
    feeds: FeedStore
    holes: HoleStore
    limits: Limits
    leases: Leases
    dead: Dead
    quarantine: Quarantine
    troubles: Troubles
    reads: ReadStore
    tallies: Tallies
    books: Books
    corrections: Corrections
    spam: Spam
    feed: Feed
    lately: LatelyStore
    baselines: Baselines
    episodes: Episodes

    async def prove_use(self) -> None:
        """Raises `StoreUnavailable` where anything that is ever asked of it would be refused. For the start."""
        await self.prove_write()
        await prove_rights(self.client, self.keys)

    async def prove_write(self) -> None:
        """Raises `StoreUnavailable` where a commit would be refused."""
        await prove_write(self.client, self.keys)


def store_on(client: Client, brand: str, holder: str) -> Store:
    """`holder` names this process in leases and consumer groups."""
    keys = Keys(brand)
    return Store(
        brand=brand,
        client=client,
        keys=keys,
        inbox=Inbox(client, keys),
        cases=CaseStore(client, keys),
        outbox=Outbox(client, keys),
        overrides=OverrideStore(client, keys),
        calendars=CalendarStore(client, keys),
        pages=PageStore(client, keys),
        drills=DrillStore(client, keys),
        mornings=Mornings(client, keys),
        crises=CrisisStore(client, keys),
        vigils=VigilStore(client, keys),
        signing=Secrets(client, keys),
        feeds=FeedStore(client, keys),
        holes=HoleStore(client, keys),
        limits=Limits(client, keys),
        leases=Leases(client, keys, holder),
        dead=Dead(client, keys),
        quarantine=Quarantine(client, keys),
        troubles=Troubles(client, keys),
        reads=ReadStore(client, keys),
        tallies=Tallies(client, keys),
        books=Books(client, keys),
        corrections=Corrections(client, keys),
        spam=Spam(client, keys),
        feed=Feed(client, keys),
        lately=LatelyStore(client, keys),
        baselines=Baselines(client, keys),
        episodes=Episodes(client, keys),
    )


@asynccontextmanager
async def open_store(url: str, folder: Path, brand: str, holder: str) -> AsyncIterator[Store]:
    """On the Redis at `url`, or, where that is empty, on the embedded one in `folder`."""
    if url:
        async with _connected(url, brand, holder) as store:
            yield store
        return
    async with embedded(folder) as server, _connected(server.url, brand, holder) as store:
        yield store


@asynccontextmanager
async def _connected(url: str, brand: str, holder: str) -> AsyncIterator[Store]:
    client = Client(url)
    try:
        yield store_on(client, brand, holder)
    finally:
        await client.close()
