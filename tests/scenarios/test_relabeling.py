"""People correct an assessment: the card follows, the correction is kept, and nobody is sent anywhere unasked."""

import asyncio
from datetime import timedelta

from bot.store.corrections import StoredCorrection
from tests.scenarios.sample_posts import LOST, PRAISE, RIVAL
from tests.scenarios.world import World


async def list_corrections(world: World) -> list[tuple[str, str, str]]:
    found: list[StoredCorrection] = [one async for one in world.local_app.store.corrections.iter_corrections()]
    return [(one.correction.kind.value, one.correction.was, one.correction.now) for one in found]


async def test_a_correction_is_followed_by_the_card_at_once_and_kept_with_who_and_what(world: World) -> None:
    mention = await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.correct("Change sentiment…", "neutral", by="ana")
    assert "Corrected by @ana: neutral, not negative" in await card.explain()
    assert card.words.startswith("⚪ Complaint · @marta")
    assert "corrected by @ana, neutral, not negative" in await card.explain()
    [one] = [one async for one in world.local_app.store.corrections.iter_corrections()]
    assert (one.mention, one.case, one.correction.by) == (mention, card.case, "U0ANA")
    assert (one.correction.was, one.correction.now) == ("negative", "neutral")


async def test_a_correction_weighs_its_urgency_again(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    assert "(30 of 100 points)" in await card.explain()
    await card.correct("Change sentiment…", "neutral", by="ana")
    assert "(20 of 100 points)" in await card.explain()
    await card.correct("Change type…", "question", by="ana")
    assert "(8 of 100 points)" in await card.explain()


async def test_where_the_right_answer_leads_elsewhere_it_is_offered_and_not_done(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.correct("Change type…", "need", by="ana")
    assert "Your playbook now routes the feature request from @marta to research." in world.person("ana").last_whisper
    assert not world.channel("#research").cards
    await world.person("ana").press_on_whisper("Hand over to research")
    await world.advance(seconds=10)
    assert "Moved the feature request from @marta to #research." in world.person("ana").last_whisper
    assert "Moved to research by @ana" in card.words
    assert "claim by 11 Mar" in world.channel("#research").card("@marta").words


async def test_where_nobody_would_have_to_see_it_now_the_owner_is_told_and_decides(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.correct("Change type…", "other", by="ana")
    assert "Your playbook now routes the post from @marta to nobody." in world.person("ana").last_whisper
    assert "Unclaimed" in card.words


async def test_spam_closes_the_case_and_reopening_says_that_it_was_none(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.choose("Spam", by="ana")
    assert "Resolved by @ana · spam" in card.words
    assert "Corrected by @ana: spam" in await card.explain()
    await card.click("Reopen", by="raj")
    assert "Unclaimed" in card.words
    assert card.words.startswith("🔴 Complaint · @marta")
    assert "Corrected by" not in await card.explain()
    assert await list_corrections(world) == [("spam", "genuine", "spam"), ("spam", "genuine", "genuine")]


async def test_what_is_resolved_as_not_about_us_is_a_correction_too(world: World) -> None:
    await world.receive(LOST)
    await world.channel("#care").card("@marta").resolve("not about us", by="ana")
    assert await list_corrections(world) == [("about", "about us", "not about us")]


async def test_a_competitors_customer_is_not_about_us_and_was_never_assessed_to_be(world: World) -> None:
    await world.receive(RIVAL)
    card = world.channel("#sales").card("@marta")
    said = await card.explain("lea")
    assert "Spam" in said
    assert "Not about us" not in said
    await card.resolve("not about us", by="lea")
    assert await list_corrections(world) == []


async def test_the_assessed_label_undoes_a_correction(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    before = card.words
    await card.correct("Change sentiment…", "positive", by="ana")
    await card.correct("Change sentiment…", "negative", by="raj")
    assert card.words == before
    assert "negative after all" in await card.explain()
    assert await list_corrections(world) == [
        ("sentiment", "negative", "positive"),
        ("sentiment", "negative", "negative"),
    ]


async def test_of_two_who_correct_at_once_the_second_is_told_who_was_first(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    for name in ("ana", "raj"):
        await card.choose("Change sentiment…", by=name)
        await world.sandbox.get_user(name).fill_field("sentiment", "neutral")
    done = await asyncio.gather(*(world.sandbox.get_user(name).submit() for name in ("ana", "raj")))
    await world.finish_listeners()
    told = sorted("".join(outcome.errors.values()) for outcome in done)
    assert told == ["", "Somebody else already changed this to neutral."]
    assert await list_corrections(world) == [("sentiment", "negative", "neutral")]


async def test_who_marks_spam_on_an_old_card_is_told_that_it_is_done(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    ana, raj = world.sandbox.get_user("ana"), world.sandbox.get_user("raj")
    for name in ("ana", "raj"):
        await card.click("Why? / Correct…", by=name)
    await asyncio.gather(*(one.click_button(one.modal, "Spam") for one in (ana, raj)))
    await world.finish_listeners()
    told = ["already changed this to spam" in world.person(name).form for name in ("ana", "raj")]
    assert sorted(told) == [False, True]
    assert "Resolved by" in card.words
    assert await list_corrections(world) == [("spam", "genuine", "spam")]


async def test_somebody_without_a_role_gets_a_sentence(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.choose("Spam", by="joe")
    assert "Only the care department answers these" in world.person("joe").form
    await card.choose("Change sentiment…", by="joe")
    assert world.person("joe").form.count("Only the care department answers these") == 1
    assert world.person("joe").whispers == []
    assert not world.person("joe").dms
    assert await list_corrections(world) == []


async def test_a_colleague_may_say_what_it_is_but_not_close_what_somebody_else_has(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await card.correct("Change type…", "question", by="raj")
    assert "Corrected by @raj: question, not complaint" in await card.explain()
    await card.choose("Spam", by="raj")
    assert "@ana has this one" in world.person("raj").form
    assert "Claimed by @ana" in card.words


async def test_what_turns_out_to_be_a_crisis_is_due_at_once_also_at_night(world: World) -> None:
    await world.advance(hours=14.5)  # half past eleven; care opens at six
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    assert "claim by 11 Mar, 06:15" in card.words
    await card.correct("Change type…", "crisis", by="ana")
    assert "claim by 10 Mar, 23:35" in card.words


async def test_the_subject_is_one_of_the_others_that_the_playbook_names(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.correct("Change subject…", "Skylark Airways", by="ana")
    assert "· Skylark Airways" in card.words
    assert "to sales." in world.person("ana").last_whisper


async def test_help_says_how_often_it_was_right_and_how_little_that_means_of_few(world: World) -> None:
    for text, channel in ((LOST, "#care"), (PRAISE, "#community")):
        await world.receive(text)
        await world.channel(channel).card("@marta").resolve("answered", by="ana")
    await world.channel("#care").card("@marta").correct("Change sentiment…", "neutral", by="ana")
    told = await world.person("mia").type_command("/sentiment help")
    assert "Of 2 cases closed in the last 30 days, 1 was corrected" in told
    await world.channel("#care").card("@marta").click("Reopen", by="ana")
    told = await world.person("mia").type_command("/sentiment help")
    assert "Of 1 case closed in the last 30 days, 0 were corrected" in told


async def test_why_is_answered_in_full_and_for_ones_own_eyes(world: World) -> None:
    await world.receive(LOST)
    told = await world.channel("#care").card("@marta").explain("joe")
    assert told.startswith("Why this case?\nReads as negative (")
    assert "Created by rule “complaint” for care" in told
    assert world.person("joe").whispers == []


async def test_the_route_of_the_right_answer_sets_the_clocks_of_what_waits_to_be_claimed(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    assert "09:15" in card.words
    await card.correct("Change type…", "question", by="ana")
    assert "09:30" in card.words
    await world.advance(minutes=20)
    assert not card.replies
    await world.advance(minutes=11)
    assert card.replies


async def test_what_was_reminded_of_too_soon_is_reminded_of_again_only_when_it_is_due(world: World) -> None:
    world.pages_from("low")
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await world.advance(minutes=16)
    await card.correct("Change type…", "question", by="ana")
    await world.advance(minutes=13)
    assert not world.person("raj").dms
    await world.advance(minutes=10)
    assert world.person("raj").dms


async def test_the_route_of_the_right_answer_sets_the_clocks_of_what_somebody_has(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await card.correct("Change type…", "question", by="ana")
    [case] = (await world.local_app.store.cases.find([card.case])).values()
    assert (case.route, case.due, case.lease_ends) == ("question", None, None)
    await world.advance(hours=5)
    assert "Claimed by @ana" in card.words
    await card.correct("Change type…", "complaint", by="ana")
    [case] = (await world.local_app.store.cases.find([card.case])).values()
    assert case.due == case.waiting_since + timedelta(hours=4)
    assert case.lease_began is not None
    assert case.claimed_at is not None
    assert case.lease_began > case.claimed_at
    assert case.lease_ends == case.lease_began + timedelta(minutes=30)


async def test_what_is_resolved_keeps_its_clocks_and_gets_the_right_ones_when_it_is_opened_again(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.resolve(by="ana")
    [before] = (await world.local_app.store.cases.find([card.case])).values()
    await card.correct("Change type…", "question", by="ana")
    [case] = (await world.local_app.store.cases.find([card.case])).values()
    assert (case.route, case.clocks, case.due) == (before.route, before.clocks, None)
    await card.click("Reopen", by="ana")
    [case] = (await world.local_app.store.cases.find([card.case])).values()
    assert (case.route, case.clocks.claim_within) == ("question", timedelta(minutes=30))
