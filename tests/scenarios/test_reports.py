"""What a manager asks, and whether the answer agrees with the counters."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.reports.export_rows import ExportKind
from bot.domain.reports.ranges import parse_known_range
from bot.store.export_rows import iter_export_rows
from tests.scenarios.sample_posts import CHATTER, CRISIS, LATE, LOST, PRAISE, RIVAL, SPAM, WISH, build_complaint
from tests.scenarios.test_colleagues import post_in_channel
from tests.scenarios.world import World

LISBON = ZoneInfo("Europe/Lisbon")


async def a_day(world: World) -> None:
    for number, text in enumerate([LOST, PRAISE, RIVAL, WISH, CRISIS, SPAM, CHATTER]):
        await world.receive(text, by=f"person{number}")
        await world.advance(minutes=5)


async def test_what_is_asked_of_today_agrees_with_the_counters(world: World) -> None:
    await a_day(world)
    told = await world.person("mia").type_command("/sentiment today")
    assert told.startswith("5 mentions today (counted since 09:00): too few to compare")
    [total] = re.findall(
        r"^(\d+) mentions: (\d+) about us .*, (\d+) about Skylark Airways, (\d+) spam\.", told, re.MULTILINE
    )
    [seen, *parts] = map(int, total)
    assert seen == sum(parts) == (await world.reconcile()).seen
    assert parts[-1] == (await world.reconcile()).spam


async def test_what_was_answered_and_what_is_overdue_is_counted_by_department(world: World) -> None:
    await world.receive(LOST)
    await world.receive(build_complaint(2), by="pedro")
    await world.advance(minutes=4)
    await world.channel("#care").card("@marta").resolve("answered", by="ana")
    await world.advance(hours=1)
    told = await world.person("mia").type_command("/sentiment today")
    assert "1 of 1 in care overdue" in told
    assert re.search(r"^care\W+1\W+1\W+1\W", told, re.MULTILINE), told


async def test_a_manager_asks_at_eight_and_reads_one_sentence_that_is_true(world: World) -> None:
    """Wednesday, 11 March: half of 40 mentions are negative; on the four Wednesdays before, 5 of 30 were."""
    await world.advance(hours=22, minutes=59 - world.clock.now().minute)
    now = world.clock.now().astimezone(LISBON)
    assert now.hour == 7
    mentions = [
        world.build_mention(text, by=f"w{weeks}n{number}", at=now - timedelta(weeks=weeks, minutes=5 + 5 * number))
        for weeks, bad, count in ((4, 5, 30), (3, 5, 30), (2, 5, 30), (1, 5, 30), (0, 20, 40))
        for number in range(count)
        for text in [build_complaint(100 * weeks + number) if number < bad else f"{CHATTER} {weeks}-{number}"]
    ]
    await world.receive_all(mentions)
    await world.advance(minutes=15)
    told = await world.person("mia").type_command("/sentiment")
    still_open, overdue = (await world.local_app.store.report_counters.count_open(["care"], world.clock.now()))["care"]
    late = f", {overdue} of {still_open} in care overdue" if overdue else ""
    headline = told.partition("\n")[0].replace("\N{NO-BREAK SPACE}", " ")
    assert headline == f"Bad morning: 50 % negative (usually 17){late}."
    assert "40 mentions: 20 negative, 20 neutral." in told


async def test_won_saved_and_lost_are_offered_where_the_playbook_says_so_and_counted(world: World) -> None:
    text = world.path.read_text("utf-8")
    world.path.write_text(
        text.replace('deputies = ["U0LEA"]', 'deputies = ["U0LEA"]\noutcomes = ["won", "lost"]'), "utf-8"
    )
    assert not world.playbook.reload()
    others = "@flyskylark never answers, worst airline", "@flyskylark lost my luggage, awful service, never again"
    for text, outcome in zip((RIVAL, *others), ("won", "won", "lost"), strict=True):
        await world.receive(text, by=(who := f"guest{len(text)}"))
        await world.channel("#sales").card(f"@{who}").resolve(outcome, by="lea")
        await world.advance(minutes=1)
    told = await world.person("mia").type_command("/sentiment today sales")
    assert "2 won, 1 lost" in told, told
    assert re.search(r"^sales\W+0\W+0\W+2\W", told, re.MULTILINE), told
    today = parse_known_range("today", world.clock.now(), LISBON)
    rows = iter_export_rows(world.local_app.store, ExportKind.TALLIES, today.current, LISBON)
    words = {(row["department"], row["word"]): row["count"] async for row in rows if row and row["word"]}
    assert {("sales", "won"): 2, ("sales", "lost"): 1}.items() <= words.items()


def turn_recognition_on(world: World) -> None:
    text = world.path.read_text("utf-8")
    world.path.write_text(text.replace('managers = ["U0MIA"]', 'managers = ["U0MIA"]\nrecognition = true'), "utf-8")
    assert not world.playbook.reload()


async def resolve_three(world: World) -> None:
    for text in (LOST, LATE, "@northwindair the app crashed while I paid, useless"):
        await world.receive(text, by=(who := f"guest{len(text)}"))
        await world.channel("#care").card(f"@{who}").click("Claim", by="ana")
        await world.channel("#care").card(f"@{who}").resolve(by="ana")
        await world.advance(minutes=1)


async def test_the_report_of_a_week_thanks_who_resolved_and_who_spotted_and_tells_how_to_leave(world: World) -> None:
    turn_recognition_on(world)
    await resolve_three(world)
    for words in ("the gate smells of fuel", "my suitcase came back broken", "nobody is at the desk in Porto"):
        seen = await post_in_channel(world, words)
        await world.person("joe").flag_message(seen, department="care", kind="complaint")
        await world.advance(minutes=1)
    told = await world.person("mia").type_command("/sentiment week")
    assert re.search(r"Thanks to colleagues: ana resolved 3, median \d+ s to claim · joe spotted 3 posts", told), told
    assert "/earshot recognition off" in told
    assert "Thanks" not in await world.person("mia").type_command("/sentiment today")


async def test_who_left_is_neither_named_nor_counted_and_nobody_is_where_the_playbook_says_nothing(
    world: World,
) -> None:
    await resolve_three(world)
    assert "Thanks" not in await world.person("mia").type_command("/sentiment week")
    turn_recognition_on(world)
    assert "Thanks to colleagues: ana resolved 3" in await world.person("mia").type_command("/sentiment week")
    assert "Reports don't name you" in await world.person("ana").type_command("/earshot recognition off")
    assert "Thanks" not in await world.person("mia").type_command("/sentiment week")
    assert "may name you" in await world.person("ana").type_command("/earshot recognition on")
    assert "ana resolved 3" in await world.person("mia").type_command("/sentiment week care")
    assert "Write `/earshot recognition on`" in await world.person("ana").type_command("/earshot recognition maybe")


async def test_a_manager_types_whose_tempo_they_want_to_see(world: World) -> None:
    await world.receive(LOST)
    await world.channel("#care").card("@marta").resolve(by="ana")
    told = await world.person("mia").type_command("/sentiment tempo @ana today")
    assert told.startswith("Tempo of @ana today"), told
    assert re.search(r"care\W+Case to resolution\W+1\W+\d+ s", told), told
    assert "ollow-up" not in told, "there is no such step"
    assert "Only managers see how fast a colleague is" in await world.person("ana").type_command(
        "/sentiment tempo @mia today"
    )
    refused = await world.person("mia").type_command("/sentiment tempo nonsense")
    assert "There's no department “nonsense”. Departments: care" in refused
    assert "subject" not in refused


async def test_the_tempo_says_how_long_a_case_waited_for_its_card(world: World) -> None:
    await world.receive(LOST)
    await world.channel("#care").card("@marta").resolve(by="ana")
    told = await world.person("mia").type_command("/sentiment tempo today care")
    assert re.search(r"care\W+Post to case\W+1\W+\d+ s", told), told
    assert re.search(r"care\W+Case to card\W+1\W+\d+ s", told), told


async def test_a_department_that_does_not_count_outcomes_offers_none(world: World) -> None:
    await world.receive(LOST)
    with pytest.raises(Exception, match="won"):
        await world.channel("#care").card("@marta").resolve("won", by="ana")


async def test_a_word_that_is_wrong_is_answered_with_the_nearest_that_is_right(world: World) -> None:
    assert "Did you mean `yesterday`?" in await world.person("mia").type_command("/sentiment yesterdya")
    assert "Did you mean `today care`?" in await world.person("mia").type_command("/sentiment today cae")
    assert "Did you mean `today Northwind Air`?" in await world.person("mia").type_command(
        "/sentiment today northwnd air"
    )


async def test_what_nobody_could_mean_is_answered_with_what_can_be_asked(world: World) -> None:
    told = await world.person("mia").type_command("/sentiment the colour of money")
    assert "There's no subject or department “the colour of money”" in told
    assert "`/sentiment help`" in told


async def test_help_says_what_can_be_asked_and_of_whom(world: World) -> None:
    told = await world.person("joe").type_command("/sentiment help")
    for word in ("today", "yesterday", "week", "care", "Skylark Airways"):
        assert word in told


async def test_an_answer_is_for_one_pair_of_eyes_until_it_is_shared(world: World) -> None:
    await a_day(world)
    await world.person("mia").type_command("/sentiment today", in_channel="#pr")
    before = len(world.channel("#pr").messages)
    await world.person("mia").press_on_whisper("Share here")
    assert len(world.channel("#pr").messages) == before + 1
    await world.person("mia").press_on_whisper("Share here")
    assert "You have shared this report already." in world.person("mia").last_whisper
    assert len(world.channel("#pr").messages) == before + 1
    assert "7 mentions: 5 about us" in world.channel("#pr").words
    assert "@mia" in world.channel("#pr").words


async def test_a_post_is_shared_only_where_its_department_is(world: World) -> None:
    await world.receive(LOST)
    for channel, is_shown in (("#care", True), ("#pr", False)):
        await world.person("mia").type_command("/sentiment today", in_channel=channel)
        await world.person("mia").press_on_whisper("Share here")
        words = world.channel(channel).words
        report = words[words.rindex("1 mention today") :]
        assert ("Open post" in report) is is_shown
        assert ("Posts are left out" in report) is not is_shown


async def test_another_time_replaces_the_answer_and_a_wrong_one_is_asked_back(world: World) -> None:
    await a_day(world)
    await world.advance(hours=15)
    mia = world.person("mia")
    assert "No mentions today so far" in await mia.type_command("/sentiment")
    await mia.press_on_whisper("Yesterday")
    assert mia.last_whisper.startswith("5 mentions yesterday")
    assert "Did you mean `30 mar 2025`?" in await mia.type_command("/sentiment 30 mar")
    assert "Did you mean `since tuesday 18:00`?" in await mia.type_command("/sentiment since tusday 18:00")


async def test_before_anything_was_said_the_answer_says_so(world: World) -> None:
    assert "No mentions today so far" in await world.person("mia").type_command("/sentiment")


async def test_yesterday_is_the_day_before_by_the_brands_own_clock(world: World) -> None:
    await a_day(world)
    await world.advance(hours=15)
    assert (await world.person("mia").type_command("/sentiment yesterday")).startswith("5 mentions yesterday")
    assert "No mentions today so far" in await world.person("mia").type_command("/sentiment today")


async def test_a_department_and_a_subject_can_be_asked_for_alone(world: World) -> None:
    await a_day(world)
    assert (await world.person("mia").type_command("/sentiment today sales")).startswith("1 mention for sales today")
    assert (await world.person("mia").type_command("/sentiment today skylark airways")).startswith(
        "1 mention about Skylark Airways today"
    )


async def test_a_storm_of_the_last_minutes_makes_a_bad_morning_with_one_set_of_figures(world: World) -> None:
    """At 10:22 on Tuesday, after 60 complaints since 10:15; on the Tuesdays before, 10 of 40 mentions were negative."""
    local = world.clock.now().astimezone(LISBON)
    await world.advance(minutes=(10 * 60 + 15 - local.hour * 60 - local.minute) % 1440)
    now = world.clock.now()
    mentions = [
        world.build_mention(text, by=f"w{weeks}n{number}", at=now - timedelta(weeks=weeks, minutes=5 + 3 * number))
        for weeks in range(5)
        for number in range(40)
        for text in [build_complaint(100 * weeks + number) if number < 10 else f"{CHATTER} {weeks}-{number}"]
    ]
    await world.receive_all(mentions)
    await world.advance(minutes=6)
    storm = [world.build_mention(build_complaint(1000 + number), by=f"s{number}") for number in range(60)]
    await world.receive_all(storm)
    await world.advance(minutes=1)
    for words, tone in (("today", "Bad morning"), ("since 00:00", "Worse since")):
        told = (await world.person("mia").type_command(f"/sentiment {words}")).replace("\N{NO-BREAK SPACE}", " ")
        assert told.startswith(tone), told
        assert "70 % negative (usually 25)" in told
        assert re.search(r"more mentions: 100, usually (39|40)", told), told
        assert "70 % of 100, usually 25 % of 160" in told
        assert "100 mentions: 70 negative" in told
