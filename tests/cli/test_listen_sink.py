"""The sink of `earshot listen`: what is shown of what a source brings, and what is said about the source."""

import asyncio

import pytest
import typer

from bot.cli.listen_sink import EARLIER_SHOWN, MemorySink, PostRouter
from bot.cli.listen_view import ListenView
from bot.clock import SystemClock
from bot.config import Brand, Playbook
from bot.detectors.pipeline import MentionAssessor
from bot.domain.mention import Mention
from bot.domain.read_budget import ReadIds
from bot.domain.routing import Route, RouteList
from bot.domain.subject import Subject

SUBJECT = Subject(name="Northwind", terms=("northwind",))
ASSESSOR = MentionAssessor([SUBJECT])


def build_post(number: int, text: str = "northwind is late", **more: object) -> Mention:
    at = f"2026-03-10T09:{number:02}:00Z"
    return Mention.model_validate({"id": f"board:{number}", "text": text, "created_at": at, **more})


@pytest.fixture
def sink() -> MemorySink:
    rules = Playbook(Brand("Northwind"), subjects=(SUBJECT,), routes=RouteList([Route(name="all", to="care")]))
    return MemorySink("board", PostRouter(rules, ASSESSOR, ListenView(None)), SystemClock())


async def test_a_post_is_shown_once_and_again_when_it_was_edited(
    sink: MemorySink, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await sink.publish([build_post(1), build_post(2)], "2") == 2
    assert await sink.publish([build_post(1), build_post(2, "northwind is on time", edits=1)], "3") == 1
    shown = capsys.readouterr().out

    assert shown.count("northwind is late") == 2
    assert shown.count("northwind is on time") == 1
    assert (sink.outcome.new, await sink.load_cursor()) == (3, "3")


async def test_stars_place_and_the_post_that_it_answers_are_shown(
    sink: MemorySink, capsys: pytest.CaptureFixture[str]
) -> None:
    details = {"rating": 1, "place": "Lisbon\x1b[2J shop", "parent": {"text": "how was it?"}}
    await sink.publish([build_post(1, "", author={"id": "1", "handle": "rita", "followers": 1_200}, **details)])
    lines = capsys.readouterr().out.splitlines()

    assert lines[1].endswith("Board  @rita · 1.2k followers · 1 of 5 stars · Lisbon[2J shop")
    assert lines[3:5] == ["       In reply to: how was it?", "       (no words)"]


async def test_of_what_is_there_already_only_the_last_few_are_shown(
    sink: MemorySink, capsys: pytest.CaptureFixture[str]
) -> None:
    await sink.import_first([build_post(number, f"northwind {number} late") for number in range(40)], "40")
    shown = capsys.readouterr().out

    assert shown.startswith("board: connected\n")
    assert shown.count(" late\n") == EARLIER_SHOWN
    assert "northwind 39 late" in shown
    assert (sink.outcome.new, sink.outcome.earlier) == (0, 40)


def test_a_status_is_said_when_it_changes(sink: MemorySink, capsys: pytest.CaptureFixture[str]) -> None:
    for sentence in ("The outlet cannot be reached.", "The outlet cannot be reached.", "", "", "slow", ""):
        sink.set_status(sentence)

    assert capsys.readouterr().out.splitlines() == [
        "board: The outlet cannot be reached.",
        "board: connected",
        "board: slow",
        "board: connected",
    ]
    assert sink.is_working


async def test_a_refused_token_is_said_once_and_a_hint_of_another_part_is_not(
    sink: MemorySink, capsys: pytest.CaptureFixture[str]
) -> None:
    sink.set_status("The outlet refuses us (401).")
    await sink.report_issue("source", "The outlet of board refuses us (401)")
    await sink.report_issue("budget", "80 % of the budget is used")
    await sink.report_issue("source", "")

    assert capsys.readouterr().out == "board: The outlet refuses us (401).\n"
    assert not sink.is_working


async def test_reads_are_counted_once_from_the_start_of_the_command(sink: MemorySink) -> None:
    await sink.count_reads(ReadIds(posts=frozenset({"1", "2"})))
    totals = await sink.count_reads(ReadIds(posts=frozenset({"2", "3"}), users=frozenset({"7"})))

    assert (totals.day, totals.month) == ((3, 1), (3, 1))


def test_a_source_that_stops_says_so_and_a_closed_output_ends_all(
    sink: MemorySink, capsys: pytest.CaptureFixture[str]
) -> None:
    sink.record_end(KeyError("a stranger's words"))
    sink.record_end(asyncio.CancelledError())
    sink.record_end(None)

    assert capsys.readouterr().out.splitlines() == [
        "board: stopped with KeyError",
        "board: stopped with CancelledError",
        "board: ended",
    ]
    with pytest.raises(typer.Exit):
        sink.record_end(typer.Exit(0))
