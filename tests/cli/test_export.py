"""`earshot export`: what is stored, as tables."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.campaigns.campaign import Campaign, CampaignKind
from bot.domain.case import derive_case_id
from bot.domain.commits import CaseDecision, Decision, MentionOutcome, ProcessedMention
from bot.domain.mention import DELETED_TEXT, Mention
from bot.domain.periods import DAY, TimeSpan
from bot.domain.reports.export_rows import ExportKind, build_episode_row
from bot.store.client import RedisClient
from bot.store.export_rows import iter_export_rows
from bot.store.keys import Keys
from bot.store.store import Store
from tests.cards.samples import build_new_case
from tests.cards.test_hostile_paging import an_episode
from tests.cli.shell import Shell, on_a_terminal
from tests.clock import SteppedClock

FORMULA = '=HYPERLINK("http://evil.example","bag")'
EPISODE_COLUMNS = build_episode_row(an_episode("lost")).keys()
RANGE = ("--from", "2026-03-10", "--until", "2026-03-11")


@pytest.fixture
async def stocked(shell: Shell, store: Store, redis_url: str, brand: str, clock: SteppedClock) -> Shell:
    """Three cases of 10 March, nine in the morning: a formula, a deleted post, one that nobody can read."""
    shell.playbook(brand=brand, **{'managers = ["U0MIA"]': 'managers = ["U0MIA"]\ntime_zone = "Europe/Lisbon"'})
    shell.env.update(REDIS_URL=redis_url, COLUMNS="200")
    for number, text in enumerate((FORMULA, DELETED_TEXT, "unreadable"), 1):
        author = {"id": "7", "handle": "marta"}
        mention = Mention.model_validate(
            {
                "id": f"x:{number}",
                "text": text,
                "created_at": clock.now(),
                "author": author,
                "url": "https://x.example/1",
            }
        )
        case = build_new_case(id=derive_case_id(mention.id), mention=mention, history=())
        said = ProcessedMention(mention, case.assessment, "care", MentionOutcome.OPENED, clock.now())
        await store.cases.commit(CaseDecision(case, processed=said), clock.now())
    return shell


async def make_unreadable(client: RedisClient, keys: Keys) -> None:
    await client.execute("HSET", keys.case_key(derive_case_id("x:3")), "body", '{"id": 1}')


def parse_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


async def test_a_formula_is_text_and_a_deleted_post_has_no_words(stocked: Shell) -> None:
    result = await stocked.run_in_thread("export", "cases", *RANGE)
    rows = {row["case"]: row for row in parse_csv(result.stdout)}

    assert result.exit_code == 0, result.stderr
    assert len(rows) == 3
    formula, deleted = rows[derive_case_id("x:1")], rows[derive_case_id("x:2")]
    assert formula["text"] == f"'{FORMULA}"
    assert formula["author"] == "'@marta"
    assert (deleted["text"], deleted["author"], deleted["url"], deleted["deleted"]) == ("", "", "", "yes")


async def test_times_are_in_utc_and_in_the_brands_zone(stocked: Shell) -> None:
    [row, *_] = parse_csv((await stocked.run_in_thread("export", "cases", *RANGE)).stdout)
    assert row["published_at"].endswith("Z")
    assert row["published_at_local"].endswith("+00:00")


async def test_json_lines_keep_words_as_they_are(stocked: Shell) -> None:
    written = await stocked.run_in_thread("export", "mentions", *RANGE, "--format", "jsonl")
    rows = [json.loads(line) for line in written.stdout.splitlines()]
    assert {row["outcome"] for row in rows} == {"opened"}
    assert FORMULA in {row["text"] for row in rows}


async def test_the_rest_is_written_when_a_record_cannot_be_read(
    stocked: Shell, client: RedisClient, keys: Keys
) -> None:
    await make_unreadable(client, keys)
    result = await stocked.run_in_thread("export", "cases", "--out", "cases.csv")
    assert result.exit_code == 1
    assert "1 record can't be read by this release and is left out" in result.stderr
    assert len(parse_csv((stocked.folder / "cases.csv").read_text("utf-8"))) == 2
    assert (stocked.folder / "cases.csv").stat().st_mode & 0o077 == 0


async def test_tallies_say_how_many_of_what(stocked: Shell) -> None:
    rows = parse_csv((await stocked.run_in_thread("export", "tallies", *RANGE)).stdout)
    said = [(row["counted"], row["department"], row["word"], row["count"]) for row in rows]
    assert said == [("mentions", "care", "", "3"), ("cases", "care", "asked", "3")]
    assert rows[0]["from_at_local"] == "2026-03-10T00:00:00+00:00"


async def test_other_times_are_left_out_and_no_time_is_said(stocked: Shell) -> None:
    assert (await stocked.run_in_thread("export", "cases", "--until", "2026-03-09")).stdout == ""
    wrong = await stocked.run_in_thread("export", "cases", "--from", "the colour of money")
    assert wrong.exit_code == 2
    late = await stocked.run_in_thread("export", "cases", "--from", "2026-03-11", "--until", "2026-03-10")
    assert late.exit_code == 1
    assert "is after" in late.stderr
    old = await stocked.run_in_thread("export", "cases", "--until", "1 feb 2020")
    assert "“1 feb 2020” is longer ago than what is kept: Earshot has 400 days, since" in old.stderr
    assert "Traceback" not in late.stderr + wrong.stderr


async def test_the_audit_log_and_episodes_are_written_even_when_empty(stocked: Shell) -> None:
    for what in ("audit", "episodes"):
        assert (await stocked.run_in_thread("export", what)).exit_code == 0


async def test_progress_is_shown_on_a_terminal_only(stocked: Shell) -> None:
    words = ("export", "cases", "--out", "cases.csv")
    seen = on_a_terminal(lambda terminal: stocked.run_process(*words, files={"stdout": 1, "stderr": terminal}))
    assert "rows" in seen
    assert stocked.run_process(*words).stderr == b""


async def test_episodes_come_with_the_campaigns_of_playbook_and_command(stocked: Shell, store: Store) -> None:
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)
    started = Campaign(name="Flash sale", subject="Northwind", starts_at=at, ends_at=at, started_by="U0MIA")
    await store.campaigns.commit(Decision(started), at)
    summer = Campaign(name="Summer", kind=CampaignKind.PULL, subject="Northwind", starts_at=at - DAY, ends_at=at + DAY)
    old = summer.copy_with(name="Spring", ends_at=at - DAY)

    span = TimeSpan(at - timedelta(hours=1), at + timedelta(hours=1))
    rows = [row async for row in iter_export_rows(store, ExportKind.EPISODES, span, ZoneInfo("UTC"), (summer, old))]

    assert [(row["episode"], row["kind"]) for row in rows if row] == [
        ("Flash sale", "campaign, push"),
        ("Summer", "campaign, pull"),
    ]
    assert all(row and row.keys() == EPISODE_COLUMNS for row in rows)
    assert (await stocked.run_in_thread("export", "episodes", *RANGE)).stdout.count("Flash sale") == 2
