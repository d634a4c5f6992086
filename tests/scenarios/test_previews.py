"""A manager tries terms on what was read before they change the playbook."""

from bot.domain.erasure import ForgetTarget
from bot.domain.mention import Mention
from bot.store.forget import MentionEraser
from tests.scenarios.sample_posts import LOST, SNARKY, SPAM
from tests.scenarios.world import World

PREVIEW = "/sentiment preview"
TRADERS = "northwind traders is still my favourite sample database, says my teacher"


async def preview(world: World, terms: str, by: str = "mia") -> str:
    return await world.person(by).type_command(f"{PREVIEW} {terms}")


async def test_a_preview_before_a_playbook_is_changed(world: World) -> None:
    await world.receive(LOST)
    await world.receive(SNARKY, by="pedro")
    await world.receive("the night train to Porto was lovely", by="rita")
    await world.receive("is the night train to Porto ever on time?", by="joao")
    await world.receive("we played night train by Oscar Peterson at the wedding", by="jazz")
    await world.advance(days=2)
    before = await world.reconcile()

    told = await preview(world, '"night train" exclude "oscar peterson"')
    assert "2 of the 5 posts that Earshot read in the last 2 days match, about 1 a day." in told
    assert "Excluded by “oscar peterson”: 1" in told
    assert "@jazz" in told
    assert told.index("@joao") < told.index("@rita")
    assert "@marta" not in told
    assert "Nothing was changed. This searches only what Earshot has read" in told
    assert await world.reconcile() == before

    words = world.path.read_text(encoding="utf-8")
    subject = '[[subjects]]\nname = "Night train"\nterms = ["night train"]\nexclude = ["oscar peterson"]\n\n'
    world.path.write_text(words.replace("[[departments]]", f"{subject}[[departments]]", 1), encoding="utf-8")
    assert not world.playbook.reload()
    await world.receive("the night train is late again, terrible, I want my money back", by="rita")
    assert "Night train" in world.channel("#care").card("@rita").words


async def test_posts_of_cases_and_those_that_joined_them_are_found_with_their_department(world: World) -> None:
    await world.receive(LOST, conversation="c1")
    await world.receive("and still no word about my bag", by="marta", conversation="c1")
    told = await preview(world, "bag", by="joe")

    assert "2 of the 2 posts" in told
    assert "Already about “Northwind Air” (2)." in told
    assert told.count("→ care") == 2


async def test_a_typing_error_is_answered_with_what_was_meant(world: World) -> None:
    await world.receive("delta flight was fine", by="rita")
    told = await preview(world, "detla")

    assert "No match in 1 post" in told
    assert "Did you mean “delta” (1 post)?" in told


async def test_spam_and_what_colleagues_flagged_are_left_out(world: World) -> None:
    await world.receive(SPAM)
    await world.receive("see this: night train again, terrible", source="slack", by="joe")
    told = await preview(world, "iphone, night train")

    assert "Earshot has not read any posts yet" in told


async def test_a_post_that_was_forgotten_is_not_found_any_more(world: World) -> None:
    await world.receive(LOST, by="marta")
    await world.receive(TRADERS, by="rita")
    assert "2 of the 2 posts" in await preview(world, "northwind, bag")
    store = world.local_app.store
    eraser = MentionEraser(store.client, store.keys)
    for author in ("marta", "rita"):
        await eraser.forget(await eraser.find(ForgetTarget(author=author)), world.clock.now())

    assert "Earshot has not read any posts yet" in await preview(world, "northwind, bag")


async def test_a_post_that_its_author_deleted_is_not_found_any_more(world: World) -> None:
    mention = await world.receive(LOST)
    aside = await world.receive(TRADERS, by="rita")
    at = world.clock.now()
    gone = [Mention.model_validate({"id": one.id, "deleted_at": at}) for one in (mention, aside)]
    await world.receive_all(gone)

    assert "Earshot has not read any posts yet" in await preview(world, "northwind, bag")


async def test_an_edited_post_is_found_by_its_newest_words_only(world: World) -> None:
    mention = await world.receive(LOST, by="rita")
    await world.receive_all([mention.copy_with(text=LOST.replace("bag", "guitar"), edits=1)])

    assert "1 of the 1 post" in await preview(world, "guitar")
    assert "No match in 1 post" in await preview(world, "bag")


async def test_what_cannot_be_searched_is_refused_in_a_sentence(world: World) -> None:
    assert "Say what to look for" in await world.person("joe").type_command(PREVIEW)
    assert "Did you mean `preview" in await world.person("joe").type_command("/sentiment perview bag")
