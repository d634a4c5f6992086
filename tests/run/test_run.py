"""`earshot run`: the whole of it, as a process, over both of Slack's ways."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack_sandbox import SlackMessage
from tests.run.process import PLAYBOOK, SECRET, EarshotProcess, run_earshot


@pytest.fixture(params=["http", "socket", "two processes"])
async def earshot(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EarshotProcess]:
    words = ("--processes", "2") if request.param == "two processes" else ()
    async with run_earshot(tmp_path, socket_mode=request.param == "socket", words=words) as found:
        yield found


async def card_in(earshot: EarshotProcess, channel: str = "C0CARE") -> SlackMessage:
    messages = earshot.workspace.find_channel(channel).messages
    await earshot.sandbox.wait_until(lambda: messages, within=60)
    return messages[0]


async def test_a_signed_delivery_becomes_a_card_that_can_be_claimed_and_a_term_signal_ends_it_well(
    earshot: EarshotProcess,
) -> None:
    assert await earshot.deliver("you lost my suitcase again", "1") == 202

    card = await card_in(earshot)
    outcome = await earshot.sandbox.get_user("ana").click_button(card, "Claim")
    await earshot.sandbox.wait_until(lambda: "<@U0ANA>" in card.read_text())
    _, metrics = await earshot.get("/metrics")

    assert outcome.acked
    assert 'earshot_mentions{outcome="opened"} 1.0' in metrics
    assert "earshot_unaccounted 0.0" in metrics
    assert "earshot_store_up 1.0" in metrics
    assert await earshot.stop() == 0
    assert not any("suitcase" in line or "Traceback" in line for line in earshot.log)
    assert not any("`token`" in line for line in earshot.log)  # Bolt warns of one that it has no use for


async def test_a_new_playbook_is_in_force_without_a_restart_and_a_bad_one_changes_nothing(
    earshot: EarshotProcess,
) -> None:
    written = earshot.folder / "playbook.toml"
    written.write_text(PLAYBOOK.replace("C0CARE", "C0PR").replace("forum", "board"), encoding="utf-8")
    earshot.process.send_signal(signal.SIGHUP)
    await earshot.wait_for_event("playbook reloaded")
    written.write_text("[brand", encoding="utf-8")
    earshot.process.send_signal(signal.SIGHUP)
    await earshot.wait_for_event("playbook rejected")

    assert await earshot.deliver("you lost my suitcase again", "1", hook="forum") == 404
    assert await earshot.deliver("you lost my suitcase again", "1", hook="board") == 202
    assert "suitcase" in (await card_in(earshot, "C0PR")).read_text()


async def test_what_was_received_before_a_kill_is_there_after_a_restart(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=False) as first:
        await first.deliver("you lost my suitcase again", "1")
        await card_in(first)
        first.process.kill()
        await first.process.wait()

    async with run_earshot(tmp_path, socket_mode=False) as second:
        assert await second.deliver("you lost my suitcase again", "1") == 202
        _, metrics = await second.get("/metrics")

        assert 'earshot_mentions{outcome="seen"} 1.0' in metrics


async def test_where_slack_is_away_at_the_start_mentions_are_taken_all_the_same_and_a_term_signal_ends_it(
    tmp_path: Path,
) -> None:
    async with run_earshot(tmp_path, socket_mode=True, slack_down=True) as found:
        assert await found.deliver("you lost my suitcase again", "1") == 202

        found.sandbox.faults.down = False
        await card_in(found)

        found.sandbox.faults.down = True
        assert await found.stop() == 0


async def test_where_redis_is_away_at_the_start_it_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "playbook.toml").write_text(PLAYBOOK, encoding="utf-8")
    settings = {
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EARSHOT_PORT": "0",
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "0f" * 16,
        "EARSHOT_PLAYBOOK": str(tmp_path / "playbook.toml"),
        "EARSHOT_HOOK_FORUM_SECRET": SECRET,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=os.environ | settings, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()

    assert process.returncode == 1
    assert said.decode().startswith("Redis does not answer: ")
    assert len(said.splitlines()) == 1


async def test_a_brand_that_was_renamed_without_an_id_does_not_start_and_loses_nothing(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=True) as earshot:
        await earshot.wait_for_event('"running"')
        assert await earshot.deliver("you lost my bag", "1") == 202
        await earshot.stop()
    renamed = PLAYBOOK.replace("Northwind Air", "Southwind")
    with pytest.raises(AssertionError, match=r'set id = "northwind-air" under \[brand\]'):
        async with run_earshot(tmp_path, socket_mode=True, playbook=renamed):
            pass
    kept = renamed.replace('"Southwind"', '"Southwind"\nid = "northwind-air"')
    async with run_earshot(tmp_path, socket_mode=True, playbook=kept) as earshot:
        await earshot.wait_for_event('"running"')
        assert "earshot_mentions_total" in (await earshot.get("/metrics"))[1]
        assert '{outcome="seen"} 1.0' in (await earshot.get("/metrics"))[1]
