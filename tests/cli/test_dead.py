"""`earshot dead`: what failed again and again."""

import json
import os
import pty

import pytest

from bot.domain.mention import Mention
from bot.store.store import Store
from tests.cli.shell import Shell, on_a_terminal
from tests.clock import SteppedClock

EVIL = "\x1b[2J\x9b31m gone\x07\twide\nlong \u202e eman"


@pytest.fixture
async def shell_with_dead_letter(shell: Shell, store: Store, redis_url: str, brand: str, clock: SteppedClock) -> Shell:
    """A shell on a store with two dead letters: one of a mention with evil words, one of no mention at all."""
    shell.playbook(brand=brand)
    shell.env.update(REDIS_URL=redis_url, COLUMNS="200")
    mention = Mention(id="x:1", source="x", text=EVIL, created_at=clock.now())
    for name, raw in (("1-0", mention.model_dump_json()), ("2-0", "junk \x1b]0;title\x07")):
        await store.client.execute("XADD", store.keys.inbox, name, "m", raw, "at", 0)
        [entry] = await store.inbox.read("test", 1, wait=False)
        await store.inbox.move_to_dead_letters(entry, f"KeyError, {name}", clock.now())
        clock.advance(minutes=1)
    return shell


async def test_dead_list_shows_why(shell_with_dead_letter: Shell) -> None:
    rows = [row.split("\t") for row in (await shell_with_dead_letter.run_in_thread("dead", "list")).stdout.splitlines()]

    assert [row[0] for row in rows] == ["1-0", "2-0"]
    assert rows[0] == ["1-0", "2026-03-10T09:00:00+00:00", "1", "KeyError, 1-0", "x:1", "[2J31m gone wide long eman"]


async def test_a_terminal_escape_in_a_dead_letter_is_drawn_harmless(shell_with_dead_letter: Shell) -> None:
    seen = on_a_terminal(
        lambda terminal: shell_with_dead_letter.run_process("dead", "list", files={"stdout": terminal, "stderr": -1})
    )

    assert "KeyError, 1-0" in seen
    assert "gone wide long" in seen
    assert not [strange for strange in ("\x1b[2J", "\x9b", "\x07", "\x1b]", "\u202e") if strange in seen]


async def test_as_json_nothing_is_left_out(shell_with_dead_letter: Shell) -> None:
    done = await shell_with_dead_letter.run_in_thread("dead", "list", "--json")
    first, second = map(json.loads, done.stdout.splitlines())

    assert first["mention"]["text"] == EVIL
    assert (second["mention"], second["raw"]) == (None, "junk \x1b]0;title\x07")
    assert "\x1b" not in done.stdout


async def test_one_may_be_tried_again(shell_with_dead_letter: Shell, store: Store) -> None:
    done = await shell_with_dead_letter.run_in_thread("dead", "replay", "1-0")

    assert done.stdout == "1 mention back in the inbox\n"
    assert [letter.id for letter in await store.dead_letters.list_letters()] == ["2-0"]
    assert (await store.inbox.measure_backlog())[0] == 1


async def test_all_may_be_given_up_and_the_counters_still_balance(shell_with_dead_letter: Shell, store: Store) -> None:
    done = await shell_with_dead_letter.run_in_thread("dead", "drop", "--all")

    assert done.stdout == "2 mentions dropped\n"
    assert await store.dead_letters.count() == 0
    assert (await store.mention_counters.read()).tallied == 2


async def test_one_that_is_not_there_is_said_and_the_others_are_done(
    shell_with_dead_letter: Shell, store: Store
) -> None:
    done = await shell_with_dead_letter.run_in_thread("dead", "drop", "9-9", "1-0")

    assert (done.exit_code, done.stderr) == (
        1,
        "There is no dead letter 9-9. To see them: earshot dead list. 1 other done.\n",
    )
    assert await store.dead_letters.count() == 1


async def test_on_a_terminal_it_asks_before_it_drops(shell_with_dead_letter: Shell, store: Store) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, b"n\n")
    done = shell_with_dead_letter.run_process(
        "dead", "drop", "--all", files={"stdin": theirs, "stdout": -1, "stderr": -1}
    )
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 1
    assert b"Drop all dead letters?" in done.stderr
    assert await store.dead_letters.count() == 2


async def test_yes_answers_beforehand(shell_with_dead_letter: Shell, store: Store) -> None:
    ours, theirs = pty.openpty()
    done = shell_with_dead_letter.run_process(
        "dead", "drop", "--all", "--yes", files={"stdin": theirs, "stdout": -1, "stderr": -1}
    )
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 0
    assert await store.dead_letters.count() == 0


@pytest.mark.parametrize("words", [["replay"], ["drop"], ["replay", "1-0", "--all"], ["bury"]])
def test_neither_some_nor_all_is_wrong_usage(shell: Shell, words: list[str]) -> None:
    assert shell.run_in_process("dead", *words).exit_code == 2


def test_an_empty_list_is_empty_in_a_pipe(shell: Shell) -> None:
    done = shell.run_in_process("dead", "list")

    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


async def test_records_that_cannot_be_read_are_listed_tried_again_and_given_up(
    shell_with_dead_letter: Shell, store: Store
) -> None:
    for name in ("a", "b"):
        await store.client.execute("HSET", store.keys.page_key(name), "v", 1, "body", json.dumps({"said": EVIL}))
    await store.pages.find(["a", "b"])
    listed = await shell_with_dead_letter.run_in_thread("dead", "list", "--kind", "records")
    rows = [row.split("\t") for row in listed.stdout.splitlines()]
    assert sorted(row[4] for row in rows) == ["page:a", "page:b"]
    assert "gone" not in listed.stdout
    again = await shell_with_dead_letter.run_in_thread("dead", "replay", "--kind", "records", "--all")
    assert "0 of 2 records can be read now" in again.stdout
    dropped = await shell_with_dead_letter.run_in_thread("dead", "drop", "--kind", "records", rows[0][0], "--yes")
    assert (dropped.exit_code, dropped.stdout) == (0, "1 record dropped\n")
    assert await store.quarantine.count() == 1
    assert await store.dead_letters.count() == 2
