"""`earshot forget`, as an operator types it."""

import pytest

from bot.domain.mention import Author, Mention
from bot.store.store import Store
from tests.cli.shell import Shell
from tests.clock import SteppedClock


@pytest.fixture
async def waiting(shell: Shell, store: Store, redis_url: str, brand: str, clock: SteppedClock) -> Shell:
    """A shell on a store in which two posts of one person wait."""
    shell.playbook(brand=brand)
    shell.env.update(REDIS_URL=redis_url)
    marta = Author(id="marta", handle="marta")
    posts = [Mention(id=f"x:{n}", source="x", text=f"post {n}", created_at=clock.now(), author=marta) for n in (1, 2)]
    await store.inbox.admit("x", posts, None, clock.now())
    return shell


async def test_all_of_a_person_goes_by_their_handle(waiting: Shell, store: Store) -> None:
    done = await waiting.run_in_thread("forget", "@Marta")

    assert done.stdout == "2 posts deleted, in 2 places.\n"
    assert (await store.inbox.measure_backlog())[0] == 0
    assert (await store.mention_counters.read()).unaccounted == 0


async def test_a_dry_run_says_how_much_there_is_and_changes_nothing(waiting: Shell, store: Store) -> None:
    done = await waiting.run_in_thread("forget", "--author", "x:marta", "--dry-run")

    assert done.stdout == "2 posts would be deleted.\n"
    assert (await store.inbox.measure_backlog())[0] == 2


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
@pytest.mark.parametrize("what", ["@nobody", "forum:nope", "https://forum.example/nope"])
async def test_what_is_not_kept_is_said_to_be_nothing(waiting: Shell, what: str, options: tuple[str, ...]) -> None:
    assert (await waiting.run_in_thread("forget", what, *options)).stdout == "Nothing is stored about it.\n"


async def test_what_names_neither_a_post_nor_a_person_is_refused(waiting: Shell) -> None:
    done = await waiting.run_in_thread("forget", "marta")

    assert done.exit_code == 1
    assert "name a post by its address or its id" in done.stderr
