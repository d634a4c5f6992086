"""`earshot report`: a period as one page in a file."""

from pathlib import Path

import pytest

from bot.store.store import Store
from tests.cli.shell import Shell


def read_private(page: Path) -> str:
    assert page.stat().st_mode & 0o777 == 0o600
    return page.read_text("utf-8")


@pytest.fixture
def connected(shell: Shell, store: Store, redis_url: str, brand: str) -> Shell:
    shell.playbook(brand=brand)
    shell.env.update(REDIS_URL=redis_url, COLUMNS="200")
    return shell


async def test_a_page_is_written_that_only_its_owner_can_read(connected: Shell) -> None:
    result = await connected.run_in_thread("report", "--from", "last potato", "--out", "x.html")
    assert (result.exit_code, "“last potato” is not a time" in result.stderr) == (2, True)
    result = await connected.run_in_thread("report", "--from", "monday", "--out", "season.html")
    assert result.exit_code == 0, result.stderr
    assert "season.html is written" in result.stdout
    assert read_private(connected.folder / "season.html").startswith("<!doctype html>")


async def test_a_period_that_is_reversed_is_a_sentence_and_no_file(connected: Shell) -> None:
    result = await connected.run_in_thread("report", "--from", "5 march 2026", "--to", "1 march 2026")
    assert result.exit_code == 1
    assert "is after" in result.stderr
    assert not (connected.folder / "report.html").exists()
