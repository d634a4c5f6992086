"""Digests that managers schedule: set, listed, stopped; enqueued once, and with the figures of `/sentiment`."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.cards.block_kit import RenderedMessage
from bot.domain.case import CaseResolution
from bot.domain.errors import NotAllowed
from bot.domain.ledger.entry import EntryKind, EntryState, change_entry, open_entry
from bot.domain.outbox import Notification
from bot.domain.reports.report_schedule import MAX_SCHEDULES
from bot.store.client import RedisClient
from bot.store.store import Store
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, MIA, UseCaseHarness
from tests.usecases.race import Race

DM, PR = f"{MIA}-daily-@{MIA}", f"{MIA}-daily-#C0PR"
EIGHT = datetime(2026, 3, 11, 8, tzinfo=UTC)
PLANS = """
[[campaigns]]
name = "Summer"
subject = "Northwind Air"
starts_at = 2026-03-18T08:00:00
ends_at = 2026-03-20T08:00:00

[[campaigns]]
name = "Autumn"
subject = "Northwind Air"
starts_at = 2026-09-18T08:00:00
ends_at = 2026-09-20T08:00:00

[brand]"""


async def ask(harness: UseCaseHarness, words: str, by: str = MIA, channel: str = "C0CARE") -> RenderedMessage:
    return await harness.usecases.report_schedules.answer_command(by, words, channel)


async def render(harness: UseCaseHarness, schedule: str, due: datetime) -> RenderedMessage:
    found = await harness.usecases.report_schedules.render_report(schedule, due)
    assert found is not None
    return found


async def list_ids(harness: UseCaseHarness) -> list[str]:
    return [one.id for one in await harness.store.report_schedules.list_all()]


async def test_a_digest_is_set_listed_and_stopped_by_its_button_and_the_log_says_so(harness: UseCaseHarness) -> None:
    assert "The first one comes Wed 11 Mar 08:00" in (await ask(harness, "daily 8:00")).text
    assert "in <#C0PR>" in (await ask(harness, "weekly friday 17:00 in <#C0PR|pr>")).text
    listed = str((await ask(harness, "")).blocks)
    assert "every day at 08:00, to you alone" in listed
    assert "every Friday at 17:00, in <#C0PR>" in listed
    receipt = await harness.usecases.report_schedules.stop(MIA, DM)
    assert receipt.text.startswith("Stopped: *Daily digest*")
    assert "There is nothing to stop" in (await harness.usecases.report_schedules.stop(MIA, DM)).text
    assert "Weekly digest" in (await ask(harness, "off")).text
    assert await list_ids(harness) == []
    entries = await harness.store.client.execute("XRANGE", harness.store.keys.audit, "-", "+")
    events = [dict(zip(flat[::2], flat[1::2], strict=True))["what"] for _, flat in entries]
    assert events == ["set a digest"] * 2 + ["stopped a digest"] * 2


async def test_the_same_digest_in_the_same_place_changes_its_time(harness: UseCaseHarness) -> None:
    await ask(harness, "daily 8:00")
    await ask(harness, "daily 9:30 to me")
    [found] = await harness.store.report_schedules.list_all()
    assert found.timing == "every day at 09:30"


async def test_only_managers_set_digests_and_nobody_stops_those_of_others(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="Only managers get digests"):
        await ask(harness, "daily 8:00", ANA)
    await ask(harness, "daily 8:00")
    with pytest.raises(NotAllowed, match="the digest of <@U0MIA>"):
        await harness.usecases.report_schedules.stop(ANA, DM)


async def test_a_channel_gets_one_digest_of_a_kind_and_a_person_ten_in_all(harness: UseCaseHarness) -> None:
    harness.replace_in_playbook('managers = ["U0MIA"]', 'managers = ["U0MIA", "U0ANA"]')
    await ask(harness, "daily 8:00 in <#C0PR>")
    with pytest.raises(NotAllowed, match="<@U0MIA> has set this digest for that channel already, every day at 08:00"):
        await ask(harness, "daily 9:00 in <#C0PR>", ANA)
    for number in range(MAX_SCHEDULES - 1):
        await ask(harness, f"daily 8:00 in <#C0{number}>")
    with pytest.raises(NotAllowed, match="You have 10 digests"):
        await ask(harness, "daily 8:00")


async def test_of_two_processes_that_find_one_due_at_once_one_sends_it(harness: UseCaseHarness, race: Race) -> None:
    await ask(harness, "daily 8:00")
    client = RedisClient(race.barrier.url)
    processes = [harness.start_another(Store(client, harness.store.brand, name)).app for name in ("one", "other")]
    for day in range(2):
        harness.clock.advance(EIGHT + timedelta(days=day) - harness.clock.now())
        race.barrier.hold(2)
        assert sum(await asyncio.gather(*(one.scheduled_reports.step() for one in processes))) == 1
        assert await harness.app.scheduled_reports.step() == 0
    await client.close()
    assert await harness.list_pending() == [
        f"report {DM} {int((EIGHT + timedelta(days=day)).timestamp())} @{MIA}" for day in range(2)
    ]


async def test_a_process_that_was_down_for_two_days_sends_the_newest_only(harness: UseCaseHarness) -> None:
    await ask(harness, "daily 8:00")
    harness.clock.advance(timedelta(days=2, hours=1))
    await harness.app.scheduled_reports.step()
    assert await harness.list_pending() == [f"report {DM} {int((EIGHT + timedelta(days=1)).timestamp())} @{MIA}"]


@pytest.mark.parametrize("how", ["no manager", "left"])
async def test_who_is_no_manager_any_more_or_has_left_gets_no_digest(harness: UseCaseHarness, how: str) -> None:
    await ask(harness, "daily 8:00 in <#C0PR>")
    if how == "left":
        harness.slack.errors["users.info"] = "user_not_found"
    else:
        harness.replace_in_playbook('managers = ["U0MIA"]', 'managers = ["U0ANA"]')
    harness.clock.advance(timedelta(days=1))
    await harness.app.scheduled_reports.step()
    assert (await harness.list_pending(), await list_ids(harness)) == ([], [])


async def test_while_slack_does_not_say_who_manages_a_digest_waits(harness: UseCaseHarness) -> None:
    harness.slack.groups["S0BOSS"] = (MIA,)
    harness.replace_in_playbook('managers = ["U0MIA"]', 'managers = ["S0BOSS"]')
    await ask(harness, "daily 8:00")
    harness.clock.advance(timedelta(days=1))
    harness.slack.hide_groups()
    other = harness.start_another()
    await other.app.scheduled_reports.step()
    assert (await harness.list_pending(), await list_ids(harness)) == ([], [DM])
    del harness.slack.errors["usergroups.users.list"]
    harness.clock.advance(timedelta(minutes=1))
    await other.app.scheduled_reports.step()
    assert len(await harness.list_pending()) == 1


async def test_two_who_set_one_at_once_set_one(harness: UseCaseHarness, race: Race) -> None:
    command = race.usecases.report_schedules.answer_command
    finish = await race.run(command(MIA, "daily 8:00", "C0CARE"), command(MIA, "daily 9:00", "C0CARE"))
    assert (len(finish.given), len(finish.told)) == (1, 1)
    assert await list_ids(harness) == [DM]


async def test_a_refused_one_is_paused_and_its_manager_is_told_once_until_it_is_set_again(
    harness: UseCaseHarness,
) -> None:
    await ask(harness, "daily 8:00 in <#C0PR>")
    use = harness.usecases.report_schedules
    pending = Notification.send_report(PR, "#C0PR", EIGHT)
    for _ in range(2):
        await use.pause_refused(pending, "is_archived")
    harness.clock.advance(timedelta(days=1))
    await harness.app.scheduled_reports.step()
    assert await harness.list_pending() == [f"report_refused {PR} {int(EIGHT.timestamp())} @{MIA}"]
    assert await use.render_report(PR, EIGHT) is None
    told = await use.render_refusal(PR)
    assert told is not None
    assert "`/sentiment digest daily 08:00 here`" in told.text
    assert "Paused" in str((await ask(harness, "")).blocks)
    await ask(harness, "daily 08:00 here", channel="C0PR")
    assert await use.render_refusal(PR) is None


async def test_a_refused_direct_message_is_paused_and_nobody_is_told(harness: UseCaseHarness) -> None:
    await ask(harness, "daily 8:00")
    pending = Notification.send_report(DM, f"@{MIA}", EIGHT)
    await harness.usecases.report_schedules.pause_refused(pending, "account_inactive")
    harness.clock.advance(timedelta(days=1))
    await harness.app.scheduled_reports.step()
    assert await harness.list_pending() == []


async def test_one_that_cannot_be_read_stops_no_other_and_is_not_written_over(harness: UseCaseHarness) -> None:
    await ask(harness, "daily 8:00")
    await ask(harness, "daily 8:00 in <#C0PR>")
    await make_unreadable(harness.store, harness.store.keys.report_schedules, DM, cadence="hourly")
    harness.clock.advance(timedelta(days=1))
    await harness.app.scheduled_reports.step()
    assert len(await harness.list_pending()) == 1
    with pytest.raises(NotAllowed, match="newer release"):
        await ask(harness, "daily 9:00")


async def test_a_digest_has_the_figures_of_the_command_for_its_day(harness: UseCaseHarness) -> None:
    await ask(harness, "daily 8:00")
    for number in range(40):
        await harness.open_case(number)
    harness.clock.advance(EIGHT - harness.clock.now())
    digest, asked = await render(harness, DM, EIGHT), await harness.usecases.reports.answer_question(MIA, "yesterday")
    assert "100 %" not in digest.text
    assert [one for one in digest.blocks if one["type"] == "table"] == [
        one for one in asked.blocks if one["type"] == "table"
    ]
    assert digest.text == asked.text.replace("yesterday", "on Tue 10 Mar")
    assert "Daily digest. `/sentiment digest` sets and stops yours." in str(digest.blocks)
    assert not [one for one in digest.blocks if one["type"] == "actions"]


async def test_a_digest_of_one_department_has_its_figures_beside_that_of_everything(harness: UseCaseHarness) -> None:
    await ask(harness, "daily 8:00")
    assert (await ask(harness, "daily care 8:00")).text.startswith("📊 *Daily digest of care*, every day at 08:00")
    assert await list_ids(harness) == [DM, f"{DM}-care"]
    await harness.open_case(1)
    harness.clock.advance(EIGHT - harness.clock.now())
    digest = await render(harness, f"{DM}-care", EIGHT)
    asked = await harness.usecases.reports.answer_question(MIA, "10 mar 2026 care")
    assert digest.text == asked.text
    assert "for care on Tue 10 Mar" in digest.text
    assert "Daily digest of care." in str(digest.blocks)
    assert (await harness.usecases.report_schedules.stop(MIA, f"{DM}-care")).text.startswith(
        "Stopped: *Daily digest of"
    )
    assert await list_ids(harness) == [DM]


async def test_in_a_channel_a_digest_hides_what_the_channel_may_not_see(harness: UseCaseHarness) -> None:
    await ask(harness, "daily 8:00 in <#C0PR>")
    await ask(harness, "daily 8:00")
    await harness.open_case(1)
    harness.clock.advance(EIGHT - harness.clock.now())
    assert "lost my bag" in str((await render(harness, DM, EIGHT)).blocks)
    shared = str((await render(harness, PR, EIGHT)).blocks)
    assert "lost my bag" not in shared
    assert "Posts are left out" in shared
    assert "set by <@U0MIA>" in shared


async def test_before_anything_was_counted_a_digest_says_so(harness: UseCaseHarness) -> None:
    await ask(harness, "daily 8:00")
    key, started = harness.store.keys.source_health_key("x"), harness.clock.now()
    await harness.store.client.execute("HSET", key, "started", int(started.timestamp() * 1000))
    await harness.store.client.execute("HSET", harness.store.keys.cursors, "x", "1")
    assert "Earshot counts since 10 Mar 2026" in (await render(harness, DM, EIGHT - timedelta(days=1))).text


async def test_the_look_ahead_has_last_week_in_a_sentence_and_what_is_due_in_this_one(harness: UseCaseHarness) -> None:
    harness.replace_in_playbook("[brand]", PLANS)
    harness.replace_in_playbook('rotation = "daily"', 'rotation = "daily"\nhours = "Mon-Sat 00:00-24:00"')
    harness.replace_in_playbook('managers = ["U0MIA"]', 'managers = ["U0MIA"]\nfollow_up_after = "3d"')
    await ask(harness, "ahead 8:00")
    await ask(harness, "ahead 8:00 in <#C0PR>")
    await harness.open_case(1)
    answered, at = await harness.open_case(2), harness.clock.now()
    await harness.usecases.cases.claim(answered.id, ANA)
    await harness.usecases.cases.resolve(answered.id, ANA, CaseResolution.ANSWERED)
    planned = open_entry(EntryKind.NEED, "Quiet carriage", "care", MIA, at, [])
    planned = change_entry(planned, planned.title, EntryState.PLANNED, "", MIA, at)
    await harness.store.ledger.add_people(planned, {"p1": "c1|care"}, MIA, at)
    monday = datetime(2026, 3, 16, 8, tzinfo=UTC)
    harness.clock.advance(monday - harness.clock.now())
    private = await render(harness, f"{MIA}-ahead-@{MIA}", monday)
    words = str(private.blocks)
    assert private.text.startswith("The week from Monday 16 March. Last week: 2 mentions from Mon 9 Mar to Sun 15 Mar")
    for said in (
        "Summer (Wed 18 Mar 08:00",
        "1 of 1 open case in care",
        "Quiet carriage (1 person)",
        "ops from Sun 22 Mar",
        "1 in care",
    ):
        assert said in words
    assert "Autumn" not in words
    shared = str((await render(harness, f"{MIA}-ahead-#C0PR", monday)).blocks)
    assert "Summer" not in shared
    assert "Plans of campaigns are left out here" in shared
