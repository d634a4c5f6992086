"""What the release before this one stored is imported: all of it can be read, and the next post is handled."""

from pathlib import Path

from bot.store.brand_identity import BrandIdentity
from bot.store.state_file import iter_lines, verify_file
from bot.store.state_writer import StateWriter
from tests.scenarios.world import World

FILE = Path(__file__).parents[1] / "store" / "former_release.jsonl.gz"
"""An export of a made-up day that commit 4b8da865 stored: cases, a campaign, a spike, pages and a card to be posted."""


async def import_former_day(world: World) -> None:
    store, (header, _) = world.local_app.store, verify_file(FILE)
    world.clock.advance(header.exported_at - world.clock.now())
    async for _ in StateWriter(store.client, store.keys, world.clock).write(iter_lines(FILE)):
        pass
    await store.restores.finish_import(BrandIdentity(store.brand, "Northwind Air"), header.store_schema, None)


def list_names(kind: str) -> list[str]:
    found = [line.key.decode() for line in iter_lines(FILE)]
    return [key.removeprefix(f"{kind}:") for key in found if key.startswith(f"{kind}:")]


async def test_a_day_of_the_former_release_can_be_read_and_goes_on(world: World) -> None:
    await import_former_day(world)
    store = world.local_app.store
    cases = list_names("case")
    found, episodes = await store.cases.find(cases), await store.episodes.list_latest()
    assert set(found) == set(cases)
    assert len(cases) > 20
    authors = {case.mention.author_key for case in found.values()}
    persons = await store.persons.load(authors)
    assert len(persons) == len(list_names("person"))
    assert all(person.contacts for person in persons.values())
    assert len(episodes) == len(list_names("episode")) > 0
    assert await store.outbox.list_queues()
    assert (await world.reconcile()).seen == len(list_names("seen"))

    await world.receive("@northwindair you lost my bag, and nobody answers", by="next", id="x:next")
    await world.advance(minutes=2)
    assert "@next" in world.channel("#care").card("@next").words
    assert not await store.client.execute("EXISTS", store.keys.unreadable)
    mia = world.person("mia")
    assert "Cases (10)" in await mia.type_command("/sentiment episode spring sale")
    assert "@marta: @northwindair there is smoke in the cabin" in await mia.type_command("/sentiment week")
