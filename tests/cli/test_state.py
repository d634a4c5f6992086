"""`earshot export state` and `earshot import`: everything of a brand, on its way to another store."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.domain.installation import SlackInstallation
from bot.store.brand_identity import BrandIdentity, claim_keys
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.store import Store
from tests.cli.shell import Shell, on_a_terminal
from tests.clock import SteppedClock

BRAND = BrandIdentity("northwind-air", "Northwind Air")


@pytest.fixture
async def stocked(shell: Shell, store: Store, redis_url: str, brand: str) -> Shell:
    """A brand with some keys, named in the playbook by its id."""
    name_brand(shell, brand)
    shell.env.update(REDIS_URL=redis_url)
    await claim_keys(store.client, BrandIdentity(brand, "Northwind Air", is_explicit=True))
    await store.client.execute("HSET", store.keys.cursors, "x", "17")
    await store.client.execute("SET", store.keys.seen_key("x:1"), "v0", "EX", 600)
    await store.client.execute("SET", store.keys.secret_key("acknowledge"), "c0" * 32)
    return shell


def name_brand(shell: Shell, brand: str) -> None:
    shell.playbook(**{'name = "Northwind Air"': f'name = "Northwind Air"\nid = "{brand}"'})


async def test_everything_goes_to_another_brand_and_topology(stocked: Shell, client: RedisClient, brand: str) -> None:
    done = await stocked.run_in_thread("export", "state", "--out", "state.jsonl.gz")
    assert done.exit_code == 0, done.stderr
    assert (stocked.folder / "state.jsonl.gz").stat().st_mode & 0o777 == 0o600
    del stocked.env["REDIS_URL"]  # into the embedded store, under another id
    name_brand(stocked, f"{brand}-embedded")
    done = await stocked.run_in_thread("import", "state.jsonl.gz")
    assert done.exit_code == 0, done.stderr
    assert "4 keys of " in done.stdout
    done = await stocked.run_in_thread("export", "state")

    header, *lines, trailer = map(json.loads, done.stdout.splitlines())
    found = {line["key"]: line for line in lines}
    assert header["brand"] == f"{brand}-embedded"
    assert trailer["keys"] == len(lines) == 4
    assert found["cursors"]["value"] == [["x", "17"]]
    assert found["seen:x:1"]["expires_at"]
    assert dict(found["meta"]["value"])["name"] == "Northwind Air"
    assert "secret:acknowledge" not in found


async def test_secrets_are_exported_only_if_asked_for_and_that_is_said(stocked: Shell) -> None:
    without = await stocked.run_in_thread("export", "state")
    assert "c0c0" not in without.stdout
    assert "do not work any more" in without.stderr
    done = await stocked.run_in_thread("export", "state", "--with-secrets")
    assert "c0c0" in done.stdout
    assert "work any more" not in done.stderr


async def test_an_installation_is_not_exported_even_with_secrets(
    stocked: Shell, store: Store, clock: SteppedClock
) -> None:
    at = clock.now()
    await store.installations.save(SlackInstallation("T1", "Northwind", "U0MIA", at, "xoxb-1-secret"))
    await store.installations.save_state("begun")
    await store.installations.mark_uninstalled(at)

    done = await stocked.run_in_thread("export", "state", "--with-secrets")

    assert "cursors" in done.stdout
    assert not [word for word in ("xoxb-1-secret", "install", "uninstalled") if word in done.stdout]


async def test_a_brand_that_runs_is_not_exported_unless_asked_for(stocked: Shell, store: Store) -> None:
    await store.presence.renew()
    done = await stocked.run_in_thread("export", "state", "--out", "state.jsonl")
    assert done.exit_code == 1
    assert "Earshot is running: test. Stop it and try again." in done.stderr
    assert not (stocked.folder / "state.jsonl").exists()
    done = await stocked.run_in_thread("export", "state", "--while-running", "--out", "state.jsonl")
    assert done.exit_code == 0
    assert '"while_running":true' in (stocked.folder / "state.jsonl").read_text().splitlines()[0]


async def test_a_brand_is_exported_as_soon_as_its_processes_have_stopped(stocked: Shell, store: Store) -> None:
    await store.inbox.read("a worker", 1, wait=False)
    assert await store.leases.acquire("delivery")
    await store.presence.renew()
    await store.presence.clear()
    assert (await stocked.run_in_thread("export", "state")).exit_code == 0


async def test_keys_that_this_release_does_not_know_are_exported_and_named(
    stocked: Shell, client: RedisClient, keys: Keys
) -> None:
    await client.execute("SET", keys.root + "hologram:1", "x")
    done = await stocked.run_in_thread("export", "state")
    assert '{"key":"hologram:1","type":"string","value":"x"}' in done.stdout
    assert "keys named hologram" in done.stderr


async def test_an_import_does_not_touch_data_that_is_there(stocked: Shell, client: RedisClient, keys: Keys) -> None:
    await stocked.run_in_thread("export", "state", "--out", "state.jsonl")
    await client.execute("HSET", keys.cursors, "x", "18")
    done = await stocked.run_in_thread("import", "state.jsonl")
    assert done.exit_code == 1
    assert "'Northwind Air' has data already." in done.stderr
    assert await client.execute("HGET", keys.cursors, "x") == "18"


async def test_replace_deletes_what_came_after_the_export_and_keeps_the_secrets(
    stocked: Shell, client: RedisClient, keys: Keys
) -> None:
    await stocked.run_in_thread("export", "state", "--out", "state.jsonl")
    await client.execute("HSET", keys.cursors, "x", "18", "forum", "1")
    await client.execute("SET", keys.seen_key("x:2"), "v0")
    done = await stocked.run_in_thread("import", "state.jsonl", "--replace")
    assert done.exit_code == 0, done.stderr
    assert await client.execute("HGETALL", keys.cursors) == ["x", "17"]
    assert not await client.execute("EXISTS", keys.seen_key("x:2"))
    assert await client.execute("GET", keys.secret_key("acknowledge")) == "c0" * 32


async def test_an_import_that_was_cut_short_is_finished_by_running_it_again(
    stocked: Shell, client: RedisClient, keys: Keys
) -> None:
    await stocked.run_in_thread("export", "state", "--out", "state.jsonl")
    await client.execute("HSET", keys.meta, "importing", "2026-03-10T09:00:00+00:00")
    await client.execute("DEL", keys.cursors)
    for command in (("check",), ("export", "state")):
        refused = await stocked.run_in_thread(*command)
        assert refused.exit_code == 1
        assert "The import of 'Northwind Air' is not finished" in refused.stderr
    done = await stocked.run_in_thread("import", "state.jsonl")
    assert done.exit_code == 0, done.stderr
    assert await client.execute("HGETALL", keys.cursors) == ["x", "17"]
    assert not await client.execute("HEXISTS", keys.meta, "importing")


async def test_an_import_that_was_cut_short_can_be_dropped(stocked: Shell, client: RedisClient, keys: Keys) -> None:
    refused = await stocked.run_in_thread("import", "--drop")
    assert "No import of this brand is unfinished" in refused.stderr
    assert await client.execute("HGETALL", keys.cursors) == ["x", "17"]
    await client.execute("HSET", keys.meta, "importing", "2026-03-10T09:00:00+00:00")
    assert (await stocked.run_in_thread("import", "--drop")).exit_code == 0
    assert [key async for key in client.scan_keys(keys.root)] == []


async def test_a_truncated_file_changes_nothing(stocked: Shell, client: RedisClient, keys: Keys) -> None:
    await stocked.run_in_thread("export", "state", "--out", "state.jsonl")
    file = stocked.folder / "state.jsonl"
    file.write_bytes(b"\n".join(file.read_bytes().splitlines()[:-1]) + b"\n")
    done = await stocked.run_in_thread("import", "state.jsonl", "--replace")
    assert done.exit_code == 1
    assert done.stderr == (
        "state.jsonl: It is truncated: its last line, which counts the others, is missing. Nothing was changed.\n"
    )
    assert await client.execute("HGET", keys.cursors, "x") == "17"


@pytest.mark.parametrize("content", [b"", b"hello\n", b'{"id":"x:1"}\n', b"\x1f\x8b\x00"])
async def test_a_file_that_is_no_export_is_refused_in_a_sentence(stocked: Shell, content: bytes) -> None:
    for name in ("other.jsonl", "other.gz"):
        stocked.write(name, content)
        done = await stocked.run_in_thread("import", name, "--replace")
        assert done.exit_code == 1
        assert done.stderr.startswith(f"{name}: It is ")
    missing = await stocked.run_in_thread("import", "missing.jsonl")
    assert missing.stderr == "missing.jsonl cannot be read: No such file or directory.\n"


async def test_a_file_of_two_releases_later_is_refused(stocked: Shell) -> None:
    await stocked.run_in_thread("export", "state", "--out", "state.jsonl")
    file = stocked.folder / "state.jsonl"
    for old, new in ((b'"version":1', b'"version":2'), (b'"store_schema":1', b'"store_schema":9')):
        changed = stocked.write("changed.jsonl", file.read_bytes().replace(old, new))
        assert changed.exists()
        done = await stocked.run_in_thread("import", "changed.jsonl", "--replace")
        assert done.exit_code == 1
        assert done.stderr.startswith("changed.jsonl: ")


@pytest.mark.parametrize(
    "words",
    [
        ("import",),
        ("import", "a", "--drop"),
        ("export", "state", "--from", "friday"),
        ("export", "cases", "--with-secrets"),
    ],
)
def test_wrong_usage_ends_with_2(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell.run_in_process(*words).exit_code == 2


async def test_progress_is_shown_on_a_terminal_and_not_in_a_pipe(stocked: Shell) -> None:
    def run(terminal: int) -> object:
        return stocked.run_process(
            "export", "state", "--out", "a.jsonl", files={"stdout": terminal, "stderr": terminal}
        )

    assert "a.jsonl" in await asyncio.to_thread(on_a_terminal, run)
    done = await asyncio.to_thread(stocked.run_process, "import", "a.jsonl", "--replace")
    assert done.returncode == 0
    assert done.stderr == b""


def test_an_export_that_fails_leaves_the_file_before_it_as_it_was(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_text("the last backup")
    shell.env["REDIS_URL"] = "redis://127.0.0.1:1/0"
    done = shell.run_in_process("export", "state", "--out", "state.jsonl")
    assert done.exit_code == 1
    assert (tmp_path / "state.jsonl").read_text() == "the last backup"
    assert not list(tmp_path.glob(".state*"))


async def test_a_backup_of_redis_itself_is_announced_with_its_time(stocked: Shell, store: Store) -> None:
    done = await stocked.run_in_thread("recover", "--without-lookup")
    assert done.exit_code == 1
    assert "No restored backup is recorded. Say when it was made: " in done.stderr
    done = await stocked.run_in_thread("recover", "--backup", "2999-03-10 04:00")
    assert "The time of the backup is in the future." in done.stderr
    done = await stocked.run_in_thread("recover", "--backup", "yesterday")
    assert done.exit_code == 2
    assert "“yesterday” is not a time. Write a day" in done.stderr
    assert "match" not in done.stderr
    assert await store.restores.load() is None

    done = await stocked.run_in_thread("recover", "--backup", "2026-03-10 04:00")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "The data counts as restored from a backup of 2026-03-10 04:00.\n"
    found = await store.restores.load()
    assert found
    assert not found.skip_lookup
    done = await stocked.run_in_thread("recover", "--without-lookup")
    assert done.exit_code == 0
    assert done.stdout.endswith(" Nothing will be looked up, so posts since then may get a second card.\n")
    skipped = await store.restores.load()
    assert skipped
    assert skipped == found.copy_with(skip_lookup=True)


async def test_nothing_is_announced_while_earshot_runs(stocked: Shell, store: Store) -> None:
    await store.presence.renew()
    done = await stocked.run_in_thread("recover", "--backup", "2026-03-10 04:00")
    assert "Earshot is running: test. Stop it and try again." in done.stderr
    assert await store.restores.load() is None


async def test_check_says_which_schema_the_data_has_and_what_was_restored_last(stocked: Shell) -> None:
    await stocked.run_in_thread("export", "state", "--out", "state.jsonl")
    before = await stocked.run_in_thread("check")
    assert "Data: schema 1, this release writes 1" in before.stdout
    assert "restored" not in before.stdout
    await stocked.run_in_thread("import", "state.jsonl", "--replace")
    after = await stocked.run_in_thread("check")
    assert " UTC from a backup of " in after.stdout + after.stderr
    assert "earshot run looks up what was posted since" in after.stdout + after.stderr
