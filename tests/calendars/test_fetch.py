"""Fetching within bounds: of size, of redirects, of what is asked for again."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.calendars.calendar_errors import MAX_BYTES, CalendarError
from bot.calendars.fetch import FetchResult, fetch_calendar
from tests.calendars.sample_calendars import build_calendar
from tests.calendars.server import CalendarServer, calendars


@pytest.fixture
async def server() -> AsyncIterator[CalendarServer]:
    async with calendars() as made:
        made.text = build_calendar()
        yield made


async def test_what_has_not_changed_is_not_sent_again(server: CalendarServer) -> None:
    server.tag = '"v1"'
    first = await fetch_calendar(f"{server.url}/nights.ics")

    assert first == FetchResult(server.text, '"v1"')
    assert await fetch_calendar(f"{server.url}/nights.ics", '"v1"') is None


async def test_more_than_is_taken_is_refused_whether_its_length_is_said_or_not(server: CalendarServer) -> None:
    server.text = "X" * (MAX_BYTES + 1)

    with pytest.raises(CalendarError, match="larger than 1 MB"):
        await fetch_calendar(f"{server.url}/nights.ics")
    with pytest.raises(CalendarError, match="larger than 1 MB"):
        await fetch_calendar(f"{server.url}/endless.ics")


async def test_who_is_sent_round_in_a_circle_gives_up(server: CalendarServer) -> None:
    server.location = "/nights.ics"

    with pytest.raises(CalendarError, match="redirects more than 3 times"):
        await fetch_calendar(f"{server.url}/nights.ics")
    assert len(server.asked) == 4


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://a.example/x.ics", "javascript:alert(1)"])
async def test_who_is_sent_to_something_that_is_no_web_address_does_not_go(
    server: CalendarServer, location: str
) -> None:
    server.location = location

    with pytest.raises(CalendarError, match="not a web address"):
        await fetch_calendar(f"{server.url}/nights.ics")


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_what_the_server_answers_instead_is_said(server: CalendarServer, status: int) -> None:
    server.status = status

    with pytest.raises(CalendarError, match=f"its server answers {status}"):
        await fetch_calendar(f"{server.url}/nights.ics")


async def test_a_password_in_the_address_goes_to_its_server_and_into_no_sentence(
    server: CalendarServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    address = server.url.replace("http://", "http://ana:hunter2@") + "/nights.ics"

    await fetch_calendar(address)
    assert server.asked[0]["Authorization"].startswith("Basic ")
    server.status = 500
    with pytest.raises(CalendarError) as no:
        await fetch_calendar(address)
    with pytest.raises(CalendarError) as away:
        await fetch_calendar("http://ana:hunter2@127.0.0.1:1/nights.ics")
    assert "hunter2" not in f"{no.value}{away.value}{away.value.__cause__}{caplog.text}"


async def test_a_file_is_read_and_one_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "nights.ics").write_text(build_calendar(), "utf-8")

    answer = await fetch_calendar(str(tmp_path / "nights.ics"))
    assert answer is not None
    assert answer.text == build_calendar().replace("\r\n", "\n") or answer.text == build_calendar()
    with pytest.raises(CalendarError, match="the file cannot be read"):
        await fetch_calendar(str(tmp_path / "days.ics"))
    (tmp_path / "latin.ics").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(CalendarError, match="not UTF-8"):
        await fetch_calendar(str(tmp_path / "latin.ics"))
