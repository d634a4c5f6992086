"""Figures as files in direct messages, whatever Slack does meanwhile."""

import csv
import io
import json
import re
from collections import Counter

import aiohttp
import pytest

from bot.domain.destination import ToFiles
from bot.domain.outbox import Notification
from bot.domain.reports.export_request import ExportFormat, ExportRequest
from bot.domain.reports.export_rows import ExportKind
from bot.domain.reports.ranges import parse_known_range
from bot.slack_sandbox import FaultKind, InjectedFault
from bot.store.message_records import CardRecord, CardState
from bot.workers.export_files import ExportWorker
from tests.overtaken_client import open_slow_store
from tests.scenarios.sample_posts import LOST, PRAISE, build_complaint
from tests.scenarios.test_reports import LISBON, a_day
from tests.scenarios.world import World

COMPLETE = "files.completeUploadExternal"
GRANT = "files.getUploadURLExternal"
UNCONFIRMED = "Slack didn't confirm the file"


def files_of(world: World, person: str) -> list[tuple[str, str]]:
    """The name and the content of each file that this person was sent."""
    uploads = world.sandbox.app.uploads
    sent = [one for message in world.sandbox.get_user(person).dm_messages for one in message.files]
    return [(one["name"], (uploads[one["id"]].content or b"").decode()) for one in sent]


def notice(world: World, person: str) -> str:
    return next(card.words for card in world.person(person).dms if "Export" in card.words)


async def test_a_manager_gets_the_cases_of_a_week_as_a_file(world: World) -> None:
    await world.receive(LOST)
    await world.advance(minutes=1)
    told = await world.person("mia").type_command("/sentiment export cases this week csv")
    assert told.startswith("You get a file in a direct message: cases from ")
    [(name, content)] = files_of(world, "mia")
    [row] = csv.DictReader(io.StringIO(content))
    assert re.fullmatch(r"earshot-cases-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv", name)
    assert (row["department"], row["text"]) == ("care", f"'{LOST}")
    assert world.person("mia").dm.words.startswith("1 row.")
    assert "The file follows" in notice(world, "mia")


async def test_the_button_below_the_report_brings_figures_that_add_up_to_it(world: World) -> None:
    await a_day(world)
    told = await world.person("mia").type_command("/sentiment today")
    await world.person("mia").press_on_whisper("CSV")
    await world.advance(seconds=5)
    [(_, content)] = files_of(world, "mia")
    rows = [row for row in csv.DictReader(io.StringIO(content)) if row["counted"] == "mentions"]
    counts = Counter[str]()
    for row in rows:
        word = "spam" if row["intent"] == "spam" else "rival" if row["subject"] == "Skylark Airways" else "us"
        counts[word] += int(row["count"])
    [total] = re.findall(
        r"^(\d+) mentions: (\d+) about us .*, (\d+) about Skylark Airways, (\d+) spam\.", told, re.MULTILINE
    )
    assert tuple(map(int, total)) == (counts.total(), counts["us"], counts["rival"], counts["spam"])


async def test_json_lines_of_one_department_leave_out_the_others(world: World) -> None:
    await world.receive(LOST)
    await world.receive(PRAISE, by="pia")
    await world.person("mia").type_command("/sentiment export tallies today care jsonl")
    [(name, content)] = files_of(world, "mia")
    assert name.endswith(".jsonl")
    assert {json.loads(line)["department"] for line in content.splitlines()} == {"care"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "Say what to export"),
        ("everything", "Say what to export"),
        ("cases last wek", "Did you mean"),
        ("audit today care", "isn't kept by subject, department or theme"),
    ],
)
async def test_what_is_not_understood_is_asked_back(world: World, words: str, sentence: str) -> None:
    assert sentence in await world.person("mia").type_command(f"/sentiment export {words}")
    assert not files_of(world, "mia")


async def test_only_managers_get_files(world: World) -> None:
    assert "manager" in await world.person("ana").type_command("/sentiment export cases today")
    assert not files_of(world, "ana")


async def test_nothing_to_export_is_said(world: World) -> None:
    await world.person("mia").type_command("/sentiment export cases today")
    assert not files_of(world, "mia")
    assert "There's nothing to export." in notice(world, "mia")


async def test_a_file_that_is_too_large_is_not_sent_and_the_way_out_is_said(world: World) -> None:
    await world.receive(LOST)
    app = world.local_app.app
    asked = ExportRequest(
        ExportKind.CASES, ExportFormat.CSV, parse_known_range("today", world.clock.now(), LISBON).current
    )
    await app.store.outbox.add(Notification.send_export(asked.to_json(), "U0MIA"), world.clock.now())
    assert await ExportWorker(app.store, app.exports._sink, app.rules, world.clock, most_bytes=10).step() == 1
    assert not files_of(world, "mia")
    assert "would be larger than 100 MB" in notice(world, "mia")


@pytest.mark.parametrize(("kind", "arrived"), [(FaultKind.DROPPED_AFTER, 1), (FaultKind.DROPPED_BEFORE, 0)])
async def test_a_lost_answer_brings_no_second_file_and_is_said(world: World, kind: FaultKind, arrived: int) -> None:
    await world.receive(LOST)
    world.sandbox.faults.add(InjectedFault(kind, methods=[COMPLETE]))
    await world.person("mia").type_command("/sentiment export cases today")
    await world.advance(minutes=5)
    assert len(files_of(world, "mia")) == arrived
    assert UNCONFIRMED in notice(world, "mia")


async def test_after_a_death_between_sharing_and_recording_it_nothing_is_sent_twice(world: World) -> None:
    """The record that stands there then says that the file was about to be shared."""
    await world.receive(LOST)
    store, at = world.local_app.store, world.clock.now()
    asked = ExportRequest(ExportKind.CASES, ExportFormat.CSV, parse_known_range("today", at, LISBON).current)
    pending = Notification.send_export(asked.to_json(), "U0MIA")
    dm = world.sandbox.workspace.get_dm("U0MIA")
    await store.outbox.save_message(pending, CardRecord(state=CardState.POSTED, channel=dm.id, ts="1.0", progress="F1"))
    await store.outbox.add(pending, at)
    await world.advance(minutes=5)
    assert not files_of(world, "mia")
    assert await store.outbox.list_pending(ToFiles("U0MIA"), 5) == ()


async def test_a_process_that_gets_the_lease_late_does_not_send_the_file_again(world: World, redis_url: str) -> None:
    await world.receive(LOST)
    app, at = world.local_app.app, world.clock.now()
    asked = ExportRequest(ExportKind.CASES, ExportFormat.CSV, parse_known_range("today", at, LISBON).current)
    await app.store.outbox.add(Notification.send_export(asked.to_json(), "U0MIA"), at)

    async def send_and_wait() -> None:
        await app.exports.step()
        world.clock.advance(minutes=1)

    async with open_slow_store(redis_url, app.store.brand, send_and_wait) as slow:
        assert await ExportWorker(slow, app.exports._sink, app.rules, world.clock).step() == 0
    assert len(files_of(world, "mia")) == 1


@pytest.mark.parametrize("method", [GRANT, COMPLETE])
async def test_too_many_requests_delay_a_file_which_comes_once(world: World, method: str) -> None:
    await world.receive(LOST)
    world.sandbox.faults.add(InjectedFault(FaultKind.RATELIMITED, methods=[method], seconds=30))
    await world.person("mia").type_command("/sentiment export cases today")
    assert not files_of(world, "mia")
    await world.advance(minutes=2)
    assert len(files_of(world, "mia")) == 1
    assert sum("Export" in card.words for card in world.person("mia").dms) == 1


async def test_without_the_scope_the_person_learns_what_is_missing_and_cards_go_on(world: World) -> None:
    world.sandbox.app.scopes = [one for one in world.sandbox.app.scopes if one != "files:write"]
    await world.receive(LOST)
    await world.person("mia").type_command("/sentiment export cases today")
    assert "lacks the scope `files:write`" in notice(world, "mia")
    await world.receive(build_complaint(1), by="pedro")
    await world.advance(minutes=1)
    assert world.channel("#care").card("@pedro")


async def test_asked_twice_at_once_it_comes_once_and_later_again(world: World) -> None:
    await world.receive(LOST)
    world.sandbox.faults.add(InjectedFault(FaultKind.RATELIMITED, methods=[GRANT], seconds=20))
    for _ in range(2):
        await world.person("mia").type_command("/sentiment export cases today")
    await world.advance(minutes=1)
    assert len(files_of(world, "mia")) == 1
    await world.person("mia").type_command("/sentiment export cases today")
    assert len(files_of(world, "mia")) == 2


async def test_who_left_slack_blocks_no_other_export(world: World) -> None:
    await world.receive(LOST)
    world.sandbox.faults.add(InjectedFault(FaultKind.ERROR, methods=["chat.postMessage"], word="user_disabled"))
    await world.person("mia").type_command("/sentiment export cases today")
    await world.advance(minutes=1)
    assert not files_of(world, "mia")
    assert await world.local_app.store.outbox.list_pending(ToFiles("U0MIA"), 5) == ()


async def test_the_page_of_the_sandbox_offers_the_file(world: World) -> None:
    await world.receive(LOST)
    await world.person("mia").type_command("/sentiment export cases today")
    [(name, content)] = files_of(world, "mia")
    [upload] = world.sandbox.app.uploads
    async with aiohttp.ClientSession() as session, session.get(f"{world.sandbox.url}/page/file/{upload}") as answer:
        assert (answer.status, await answer.text()) == (200, content)
        assert name in answer.headers["Content-Disposition"]
