"""`earshot listen`: what would be routed, live, without Slack, Redis or anything that stays."""

import asyncio
import json
import shlex
import signal
import subprocess
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.clock import SystemClock
from tests.cli.shell import Shell, on_a_terminal
from tests.sources.fake_jetstream import serve_fake_jetstream
from tests.sources.fake_outlet import serve_fake_outlet
from tests.sources.fake_x import TOKEN, serve_fake_x
from tests.sources.source_fakes import wait_until

FEED = """<rss version="2.0"><channel><title>The Daily</title>
<item><guid>1</guid><title>Northwind Air lost my bag again, terrible service</title><link>/1</link></item>
<item><guid>2</guid><title>The weather tomorrow</title><link>/2</link></item></channel></rss>"""
REPLAY = '[sources.replay]\nfile = "day.jsonl"\nspeed = "max"'


def line(number: int, text: str, **more: object) -> str:
    now = datetime.now(UTC).isoformat()
    return json.dumps({"id": f"x:{number}", "text": text, "created_at": now, "author": "marta", **more}) + "\n"


@pytest.fixture
def shell_with_day(shell: Shell) -> Shell:
    """A shell with a playbook whose only source is a recorded day; nothing else is set."""
    shell.playbook(REPLAY)
    shell.write(
        "day.jsonl", line(1, "northwind lost my bag, again", url="https://x.example/1") + line(2, "hi northwind")
    )
    return shell


def test_each_post_is_shown_with_its_labels_and_where_it_would_go(shell_with_day: Shell) -> None:
    done = shell_with_day.run_process("listen", "--for", "2s")
    lines = done.stdout.decode().splitlines()

    assert (done.returncode, done.stderr) == (0, b"")
    assert lines[:3] == [
        "Listening for “Northwind” on replay, 2 s.",
        "Nothing is posted, and nothing is stored. Ctrl-C ends it.",
        "replay: connected",
    ]
    assert lines[3].endswith("  X  @marta")
    assert lines[4].startswith("       Complaint · negative · ")
    assert lines[4].endswith(' · Northwind → care, by rule "route 1"')
    assert lines[5:7] == ["       northwind lost my bag, again", "       https://x.example/1"]
    assert lines[-4:-2] == ["Nothing was posted, and nothing was stored.", "replay: 2 new posts"]
    assert lines[-1] == "By department: care 1, nobody 1"


def test_nothing_is_left_in_the_folder(shell_with_day: Shell) -> None:
    before = {path.name for path in shell_with_day.folder.iterdir()}
    shell_with_day.run_in_process("listen", "--for", "1s")

    assert {path.name for path in shell_with_day.folder.iterdir()} == before


def test_a_term_takes_the_place_of_the_playbooks_subjects(shell_with_day: Shell) -> None:
    done = shell_with_day.run_in_process("listen", "--for", "1s", "--term", "bag")

    assert "Listening for “bag” on replay" in done.stdout
    assert " · bag → care" in done.stdout


async def test_ctrl_c_ends_it_with_the_summary(shell_with_day: Shell) -> None:
    process = await asyncio.create_subprocess_exec(
        *shell_with_day.command("listen"),
        cwd=shell_with_day.folder,
        env=shell_with_day.environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    while b"hi northwind" not in (await process.stdout.readline()):
        assert process.returncode is None
    process.send_signal(signal.SIGINT)
    rest, _ = await process.communicate()

    assert process.returncode == 0
    assert rest.decode().splitlines()[1:3] == ["Nothing was posted, and nothing was stored.", "replay: 2 new posts"]


def test_a_reader_that_closes_the_pipe_ends_it_without_a_traceback(shell_with_day: Shell) -> None:
    reading = f"set -o pipefail; {shlex.join(shell_with_day.command('listen'))} | head -1"
    done = subprocess.run(
        ["bash", "-c", reading],
        cwd=shell_with_day.folder,
        env=shell_with_day.environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == "Listening for “Northwind” on replay.\n".encode()


def test_hostile_words_are_harmless_on_a_terminal(shell_with_day: Shell) -> None:
    text = "northwind \x1b[2J\x1b]0;owned\x07 [red]late[/red] \u202eevil " + "z" * 3000
    shell_with_day.write("day.jsonl", line(1, text, author={"id": "1", "handle": "a\x1b[31m\nb"}, url="javascript:x"))
    seen = on_a_terminal(
        lambda terminal: shell_with_day.run_process("listen", "--for", "1s", files={"stdout": terminal})
    )
    assert "[red]late[/red] evil" in seen
    assert not any(code in seen for code in ("\x1b[2J", "\x1b]0", "\x07", "\u202e", "javascript"))
    assert "z" * 500 not in seen


def test_a_source_that_cannot_work_says_so_and_the_exit_code_is_1(shell_with_day: Shell) -> None:
    (shell_with_day.folder / "day.jsonl").unlink()
    done = shell_with_day.run_in_process("listen", "--for", "1s")

    assert done.exit_code == 1
    assert "replay: day.jsonl cannot be read: No such file or directory." in done.stdout.splitlines()
    assert "connected" not in done.stdout


def test_what_costs_money_or_needs_a_port_is_left_out_in_a_sentence(shell_with_day: Shell) -> None:
    shell_with_day.playbook(REPLAY, "[sources.x]", "[sources.webhook.forum]")
    shell_with_day.env["EARSHOT_HOOK_FORUM_SECRET"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    done = shell_with_day.run_in_process("listen", "--for", "1s")

    assert "x is left out, as reading it may cost money. Listen to it with --source x." in done.stdout
    assert "forum is left out: its posts are sent to earshot run." in done.stdout
    assert "on replay, 1 s." in done.stdout


async def test_x_is_listened_to_where_it_is_named(shell_with_day: Shell) -> None:
    shell_with_day.playbook(REPLAY, "[sources.x]")
    async with serve_fake_x(SystemClock()) as (x, url):
        shell_with_day.env.update(X_BEARER_TOKEN=TOKEN, X_API_URL=url)
        words = ("listen", "--source", "x", "--for", "6s")
        running = asyncio.create_task(asyncio.to_thread(shell_with_day.run_process, *words))
        await wait_until(lambda: x.live is not None)
        await x.publish_post("northwind lost my bag, again")
        shown = (await running).stdout.decode()

    assert "Listening for “Northwind” on x, 6 s." in shown
    assert "x: connected" in shown
    assert "northwind lost my bag, again" in shown
    assert "x: 1 new post" in shown


async def test_a_post_on_bluesky_is_on_the_screen_while_it_listens(shell: Shell) -> None:
    async with serve_fake_jetstream() as stream:
        shell.playbook(f'[sources.bluesky]\nhosts = ["{stream.url}"]\nprofiles = "{stream.url}"')
        running = asyncio.create_task(asyncio.to_thread(shell.run_process, "listen", "--for", "6s"))
        await wait_until(lambda: stream.connections > 0)
        stream.post("1", "northwind lost my bag, again")
        stream.post("2", "good morning")
        stream.delete("1")
        shown = (await running).stdout.decode()

    assert "Listening for “Northwind” on bluesky, 6 s." in shown
    assert "bluesky: connected" in shown
    assert "northwind lost my bag, again" in shown
    assert "good morning" not in shown
    assert "bluesky: 1 new post" in shown
    assert "By department: care 1" in shown


async def test_from_a_clean_clone_a_feed_is_on_the_screen_at_once(shell: Shell) -> None:
    (shell.folder / "playbook.toml").unlink()
    async with serve_fake_outlet() as outlet:
        outlet.answers["/feed.xml"] = [web.Response(text=FEED, content_type="application/rss+xml")]
        words = ("listen", "--term", "northwind air", "--source", f"{outlet.url}/feed.xml", "--for", "3s")
        done = await asyncio.to_thread(shell.run_process, *words)
    lines = done.stdout.decode().splitlines()

    assert (done.returncode, done.stderr) == (0, b"")
    assert lines[0] == "Listening for “northwind air” on 127-0-0-1, 3 s."
    assert lines[2:4] == [
        "Departments and routes are those of the sample playbook (earshot demo).",
        "127-0-0-1: connected",
    ]
    assert "  The Daily" in lines[4]
    assert " → " in lines[5]
    assert "       Northwind Air lost my bag again, terrible service" in lines
    assert "127-0-0-1: 0 new posts, 1 earlier one" in lines
    assert {path.name for path in shell.folder.iterdir()} == set()


async def test_a_feed_that_is_not_there_is_said_at_once_and_the_exit_code_is_1(shell: Shell) -> None:
    async with serve_fake_outlet() as outlet:
        words = ("listen", "--source", f"{outlet.url}/feed.xml", "--for", "2s")
        done = await asyncio.to_thread(shell.run_process, *words)

    assert done.returncode == 1
    assert "127-0-0-1: The outlet is not found (404)." in done.stdout.decode().splitlines()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--for", "60"), "'60' is not a duration. Use one like 60s or 10m"),
        (("--term", "?!"), "'?!' cannot be found in posts."),
    ],
)
def test_wrong_words_are_wrong_usage(shell_with_day: Shell, words: tuple[str, str], sentence: str) -> None:
    done = shell_with_day.run_in_process("listen", *words)

    assert done.exit_code == 2
    assert sentence.split(maxsplit=1)[0] in done.stderr


def test_an_unknown_source_is_answered_with_the_nearest(shell_with_day: Shell) -> None:
    done = shell_with_day.run_in_process("listen", "--source", "repaly")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "There is no source 'repaly'" in done.stderr
    assert "replay" in done.stderr


def test_without_a_playbook_and_a_term_it_says_what_to_do(shell_with_day: Shell) -> None:
    (shell_with_day.folder / "playbook.toml").unlink()
    done = shell_with_day.run_in_process("listen")

    assert done.exit_code == 1
    assert 'earshot listen --term "northwind air"' in done.stderr
