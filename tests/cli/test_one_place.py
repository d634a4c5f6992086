"""A source, a pager, a command and a button are one new file and one line each: added to a copy of the tree, and tried.

The source and its test are those of docs/develop/adding.md, as a reader would copy them.
"""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.cli.shell import REPOSITORY, Shell

GUIDE = re.findall(
    r"^```python\n(.*?)^```", (REPOSITORY / "docs/develop/adding.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)
PAGER = '''"""A bell."""

from typing import Self

import aiohttp

from bot.clock import Clock
from bot.config.settings import Settings
from bot.domain.paging.page import AttemptStatus
from bot.sinks.pagers.base import Pager, PageRequest, PagerFactory, PagerResponse
from bot.sinks.pagers.http import HttpAnswer, classify_status, post_request


class BellPager(Pager):
    name = "bell"

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session

    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Self | None:
        url = settings.get_adapter_variable("EARSHOT_PAGER_BELL_URL")
        return cls(url, session) if url else None

    async def send_page(self, request: PageRequest) -> PagerResponse:
        answer = await post_request(self._session, self._url, json={"page": request.page.id})
        if not isinstance(answer, HttpAnswer):
            return answer
        if answer.status == 200:
            return PagerResponse(AttemptStatus.DELIVERED)
        return classify_status(answer.status, "EARSHOT_PAGER_BELL_URL")


PAGER: PagerFactory = BellPager
'''
COMMAND = '''"""/posts: how many cards a department has."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import NotAllowed
from handlers.commands.slash_command import SlashCommand
from handlers.responder import Responder


async def handle_posts(ack: AsyncAck, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        raise NotAllowed("There is nothing to say.")


COMMAND = SlashCommand("/posts", "What came in", "today", handle_posts)
'''
BUTTON = '''"""Keep, on the card of a case: the claim begins again."""

from bot.cards.case_buttons import CaseButton
from bot.domain.case import CaseStatus
from bot.domain.cases.transitions import renew_lease

BUTTONS = (
    CaseButton(
        "case_keep", "Keep", lambda case: case.status is CaseStatus.CLAIMED, renew_lease, a11y_label="Keep this case"
    ),
)
'''
KEYLESS = 'keyless_options=lambda _: BoardOptions(url="http://127.0.0.1:9/posts"),'
FILES = {
    "bot/sources/board.py": next(block for block in GUIDE if "class BoardOutlet" in block).replace(
        'label="Message board",', f'label="Message board",\n    {KEYLESS}'
    ),
    "tests/sources/test_board.py": next(block for block in GUIDE if "def build_context" in block),
    "bot/sinks/pagers/bell.py": PAGER,
    "handlers/commands/posts.py": COMMAND,
    "bot/cards/keep_button.py": BUTTON,
}
LINES = {
    "bot/sources/catalogue.py": ('    "webhook",\n', '    "webhook",\n    "board",\n'),
    "bot/domain/paging/page.py": (
        '    WEBHOOK = "webhook", "webhook", "webhook"\n',
        '    WEBHOOK = "webhook", "webhook", "webhook"\n    BELL = "bell", "bell", "bell"\n',
    ),
    "handlers/commands/__init__.py": ('"earshot")\n', '"earshot", "posts")\n'),
    "bot/cards/case.py": (
        '("case_buttons", "snooze", "ledger_entries")\n',
        '("case_buttons", "snooze", "ledger_entries", "keep_button")\n',
    ),
}
"""The line of each catalogue that changes, and what it is afterwards."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files are linked, not copied; those that change are written again."""
    copy = tmp_path_factory.mktemp("copy") / "earshot"
    ignored = shutil.ignore_patterns(".*_cache", ".venv", ".git", ".earshot", "__pycache__", "node_modules")
    shutil.copytree(REPOSITORY, copy, ignore=ignored, copy_function=_link, symlinks=True)
    for name, words in FILES.items():
        (copy / name).write_text(words, "utf-8")
    for name, (before, after) in LINES.items():
        words = (copy / name).read_text("utf-8")
        assert words.count(before) == 1, name
        (copy / name).unlink()
        (copy / name).write_text(words.replace(before, after), "utf-8")
    return copy


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # of another file system
        shutil.copy2(source, target)
    return target


@pytest.fixture
async def board() -> AsyncIterator[str]:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response([])

    app = web.Application()
    app.router.add_get("/posts", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/posts"))


async def runs(shell: Shell, tree: Path, *words: str) -> tuple[int | None, str]:
    """`python -m …` of the copy."""
    environ = {**shell.environment, "PYTHONPATH": str(tree)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *words),
        cwd=tree if words[0] == "pytest" else shell.folder,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_what_was_added_is_checked_and_the_rest_goes_on(connected: Shell, tree: Path, board: str) -> None:
    connected.playbook(f'[sources.board]\nurl = "{board}"')
    connected.env["EARSHOT_PAGER_BELL_URL"] = "http://127.0.0.1:9"
    connected.write(
        "day.jsonl", '{"id": "board:1", "text": "my suitcase is gone", "created_at": "2026-03-10T09:00:00Z"}\n'
    )

    (code, checked), (replay_code, replayed), (_, manifest), (_, playbook), (_, listening) = await asyncio.gather(
        runs(connected, tree, "bot", "check"),
        runs(connected, tree, "bot", "replay", "day.jsonl", "--speed", "max"),
        runs(connected, tree, "bot", "manifest"),
        runs(connected, tree, "bot", "playbook"),
        runs(connected, tree, "bot", "listen", "--for", "3s"),
    )

    assert (code, replay_code) == (0, 0), checked + replayed
    assert "sources: board" in checked
    assert "bell: is set up" in checked
    assert "1 new" in replayed
    assert '"/posts"' in manifest
    assert "\n# [sources.board]\n" in playbook
    assert "board: connected" in listening


async def test_an_outlet_without_a_key_can_be_tried_without_a_playbook(shell: Shell, tree: Path) -> None:
    (shell.folder / "playbook.toml").unlink()
    code, listening = await runs(
        shell, tree, *("bot", "listen", "--term", "northwind"), *("--source", "board", "--for", "2s")
    )

    assert code == 1
    assert "Listening for “northwind” on board, 2 s." in listening
    assert "Departments and routes are those of the sample playbook" in listening
    assert "board: The outlet cannot be reached." in listening


async def test_the_tests_of_documents_and_catalogues_hold_what_was_added(shell: Shell, tree: Path) -> None:
    catalogues = ("tests/sources/test_catalogue.py", "tests/sources/test_board.py", "tests/handlers/test_catalogue.py")
    code, said = await runs(
        shell,
        tree,
        *("pytest", "-q", "-p", "no:cacheprovider", "tests/test_docs.py", *catalogues, "tests/handlers/test_acks.py"),
        *("--deselect", "tests/test_docs.py::test_the_example_of_the_webhook_is_taken"),
    )

    assert code == 0, said
