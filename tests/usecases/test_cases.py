"""What people do with a case: claim, keep, release, resolve, reopen, hand over, separate, confirm."""

import pytest

from bot.domain.assessment import DOUBTFUL
from bot.domain.case import CaseResolution, CaseStatus, derive_case_id
from bot.domain.commits import NotAllowed
from bot.domain.correction import CorrectionKind
from bot.domain.lifecycle import CaseTransition
from bot.usecases.cases import MAX_ASSIGNEES
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, BEN, CRISIS, JOE, LEA, MIA, RAJ, TOM, UseCaseHarness
from tests.usecases.race import Race


async def test_a_claimed_case_has_one_owner_a_lease_and_a_card_to_redraw(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    harness.clock.advance(minutes=3)
    answer = await harness.usecases.cases.claim(case.id, ANA)

    assert answer.case == await harness.read_case()
    assert (answer.case.status, answer.case.owner, answer.department.name) == (CaseStatus.CLAIMED, ANA, "care")
    assert answer.case.lease_ends == harness.clock.advance(minutes=30)
    assert answer.case.history[-1][1:] == (ANA, "claimed", "after 3 min")
    assert f"card {case.id} 0 care" in await harness.list_pending()


async def test_two_people_who_claim_at_once_get_one_owner(harness: UseCaseHarness, race: Race) -> None:
    case = await harness.open_case()
    won = await race.run(*(race.usecases.cases.claim(case.id, by) for by in (ANA, BEN)))

    kept = await harness.read_case()
    assert [answer.case for answer in won.given] == [kept]
    assert (won.told, kept.version) == ((f"<@{kept.owner}> has this one, 1 s before you.",), 2)


async def test_of_fifty_who_claim_at_once_each_but_one_is_told_who_has_it(harness: UseCaseHarness, race: Race) -> None:
    harness.slack.groups["S0PRESS"] = crowd = tuple(f"U0CROWD{number}" for number in range(50))
    case = await harness.open_case(labels=CRISIS)
    won = await race.run(*(race.usecases.cases.claim(case.id, by) for by in crowd))

    owner = (await harness.read_case()).owner
    assert (len(won.given), set(won.told)) == (1, {f"<@{owner}> has this one, 1 s before you."})
    assert harness.slack.calls.count("usergroups.users.list") == 1


async def test_one_who_resolves_and_one_who_releases_at_once_are_both_done_or_one_is_told(
    harness: UseCaseHarness, race: Race
) -> None:
    case = await harness.open_case()
    await harness.usecases.cases.claim(case.id, ANA)
    won = await race.run(
        race.usecases.cases.resolve(case.id, ANA, CaseResolution.FIXED), race.usecases.cases.release(case.id, MIA)
    )

    kept = await harness.read_case()
    assert kept.status is CaseStatus.RESOLVED
    assert kept.version == 2 + len(won.given)


async def test_who_claims_twice_is_told_so_and_nothing_changes(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    first = await harness.usecases.cases.claim(case.id, ANA)
    with pytest.raises(NotAllowed, match="You already have this one"):
        await harness.usecases.cases.claim(case.id, ANA)

    assert await harness.read_case() == first.case


async def test_who_may_not_claim_is_told_who_may_and_who_could_deputise_them(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    with pytest.raises(NotAllowed) as no:
        await harness.usecases.cases.claim(case.id, JOE)

    assert str(no.value) == (
        "Only the care department answers these (<@U0ANA>, <@U0BEN>, <@U0MIA>, <@U0RAJ>). "
        "You can open the post, thank the person, or tell one of them. <@U0MIA> can deputize you."
    )
    assert await harness.read_case() == case


async def test_while_slack_does_not_say_who_is_a_deputy_nobody_is_told_that_they_are_none(
    harness: UseCaseHarness,
) -> None:
    case = await harness.open_case(labels=CRISIS)
    harness.slack.hide_groups()
    with pytest.raises(NotAllowed, match="Slack isn't telling Earshot who is in this department's user groups"):
        await harness.usecases.cases.claim(case.id, "U0PAM")
    assert (await harness.usecases.cases.claim(case.id, LEA)).case.owner == LEA


async def test_the_owner_keeps_it_and_the_lease_begins_again(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.cases.claim(case.id, ANA)
    harness.clock.advance(minutes=20)
    kept = (await harness.usecases.cases.renew_lease(case.id, ANA)).case

    assert (kept.owner, kept.lease_began) == (ANA, harness.clock.now())
    assert kept.lease_ends == harness.clock.advance(minutes=30)


async def test_nobody_keeps_what_is_not_theirs(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.cases.claim(case.id, ANA)
    with pytest.raises(NotAllowed, match="You no longer own this case"):
        await harness.usecases.cases.renew_lease(case.id, BEN)


async def test_a_released_case_is_anybodys_again_and_due_to_be_claimed(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.cases.claim(case.id, ANA)
    harness.clock.advance(minutes=10)
    free = (await harness.usecases.cases.release(case.id, ANA)).case

    assert (free.status, free.owner, free.lease_ends) == (CaseStatus.NEW, "", None)
    assert free.due == harness.clock.advance(minutes=15)
    assert await harness.store.cases.list_owned(ANA) == ()


async def test_a_case_that_a_manager_takes_away_is_told_to_who_had_it(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.cases.claim(case.id, ANA)
    with pytest.raises(NotAllowed, match="Ask <@U0ANA> or a manager to release it"):
        await harness.usecases.cases.release(case.id, BEN)
    await harness.usecases.cases.release(case.id, MIA)

    assert f"released {case.id} 2 @U0ANA" in await harness.list_pending()


async def test_a_resolved_case_leaves_every_list_and_keeps_its_word_and_note(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.cases.claim(case.id, ANA)
    done = (await harness.usecases.cases.resolve(case.id, ANA, CaseResolution.FIXED, "  found it  ")).case

    assert (done.status, done.resolution, done.note, done.due) == (
        CaseStatus.RESOLVED,
        CaseResolution.FIXED,
        "found it",
        None,
    )
    assert (await harness.store.cases.list_open("care")).total == 0
    assert await harness.store.cases.list_owned(ANA) == ()
    with pytest.raises(NotAllowed, match=r"You resolved this case \(fixed\). Reopen it first."):
        await harness.usecases.cases.resolve(case.id, ANA, CaseResolution.FIXED)


async def test_who_resolves_as_spam_corrects_the_assessment_and_reopening_takes_it_back(
    harness: UseCaseHarness,
) -> None:
    case = await harness.open_case()
    done = (await harness.usecases.cases.resolve(case.id, ANA, CaseResolution.SPAM)).case
    assert [(one.kind, one.by) for one in done.corrections] == [(CorrectionKind.SPAM, ANA)]

    again = (await harness.usecases.cases.reopen(case.id, BEN)).case
    assert (again.status, again.corrections, again.waiting_since) == (CaseStatus.NEW, (), harness.clock.now())
    with pytest.raises(NotAllowed, match=r"still open \(new\), so there is nothing to reopen"):
        await harness.usecases.cases.reopen(case.id, BEN)


async def test_a_case_is_handed_to_a_deputy_who_is_told(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.cases.claim(case.id, ANA)
    handed = (await harness.usecases.cases.hand_to_person(case.id, ANA, BEN)).case

    assert (handed.status, handed.owner) == (CaseStatus.CLAIMED, BEN)
    assert f"handed {case.id} 2 @U0BEN" in await harness.list_pending()
    assert [one.id for one in await harness.store.cases.list_owned(BEN)] == [case.id]
    with pytest.raises(NotAllowed, match="<@U0JOE> isn't in the care department"):
        await harness.usecases.cases.hand_to_person(case.id, BEN, JOE)
    with pytest.raises(NotAllowed, match="<@U0BEN> already has this one"):
        await harness.usecases.cases.hand_to_person(case.id, BEN, BEN)


async def test_a_case_is_handed_to_a_department_with_a_new_claim_deadline(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    harness.clock.advance(minutes=14)
    handed = (await harness.usecases.cases.hand_to_department(case.id, ANA, "sales")).case

    assert (handed.department, handed.owner) == ("sales", "")
    assert handed.due == harness.clock.advance(minutes=15)
    assert [(await harness.store.cases.list_open(name)).total for name in ("care", "sales")] == [0, 1]


async def test_a_case_is_not_handed_where_it_is_or_to_a_department_that_is_none(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    with pytest.raises(NotAllowed, match="care already has this case"):
        await harness.usecases.cases.hand_to_department(case.id, ANA, "care")
    with pytest.raises(NotAllowed, match="has no department 'legal' any more"):
        await harness.usecases.cases.hand_to_department(case.id, ANA, "legal")
    assert await harness.read_case() == case


@pytest.mark.parametrize(
    ("to", "where", "status"), [("sales", "sales", CaseStatus.NEW), (None, "nobody", CaseStatus.RESOLVED)]
)
async def test_a_case_that_is_not_for_us_goes_where_it_belongs_and_the_correction_is_kept(
    to: str | None, where: str, status: CaseStatus, harness: UseCaseHarness
) -> None:
    case = await harness.open_case()
    moved = (await harness.usecases.cases.correct_route(case.id, ANA, to)).case

    assert moved.status is status
    assert [(one.was, one.now, one.by) for one in await harness.list_corrections()] == [("care", where, ANA)]
    assert moved.history[-1][2:] == ("corrected the route", f"from care to {where}")


async def test_the_cases_of_a_department_that_the_playbook_has_lost_are_handed_on_by_managers_alone(
    harness: UseCaseHarness,
) -> None:
    case = await harness.open_case()
    harness.edit_playbook(care="help")
    with pytest.raises(NotAllowed, match="Only the care department answers these"):
        await harness.usecases.cases.claim(case.id, ANA)
    assert (await harness.usecases.cases.hand_to_department(case.id, MIA, "help")).case.department == "help"


async def test_a_mention_that_joined_wrongly_gets_a_case_of_its_own(harness: UseCaseHarness) -> None:
    case = await harness.join_case(await harness.open_case(), 2)
    left, opened = await harness.usecases.cases.separate_mention(case.id, BEN, "x:2")

    assert (left.case, opened.case) == (await harness.read_case(1), await harness.read_case(2))
    assert (left.case.joined, opened.case.mention.id, opened.case.status) == ((), "x:2", CaseStatus.NEW)
    with pytest.raises(NotAllowed, match="no longer part of this case"):
        await harness.usecases.cases.separate_mention(case.id, BEN, "x:2")


async def test_a_form_option_names_the_joined_mention_by_the_case_that_it_will_be(harness: UseCaseHarness) -> None:
    case = await harness.join_case(await harness.open_case(), 2)
    _, opened = await harness.usecases.cases.separate_mention(case.id, BEN, derive_case_id("x:2"))

    assert opened.case.mention.id == "x:2"


async def test_of_two_who_separate_one_mention_at_once_one_opens_its_case(harness: UseCaseHarness, race: Race) -> None:
    case = await harness.join_case(await harness.open_case(), 2)
    won = await race.run(*(race.usecases.cases.separate_mention(case.id, by, "x:2") for by in (ANA, BEN)))

    assert (len(won.given), won.told) == (
        1,
        ("This case has no related posts, so there is nothing to split off.",),
    )
    assert ((await harness.read_case(1)).version, (await harness.read_case(2)).version) == (3, 1)


async def test_of_two_who_hand_it_on_at_once_each_card_says_where_it_went(harness: UseCaseHarness, race: Race) -> None:
    """The second is decided on what the first has left: it is handed on again, and from there."""
    case = await harness.open_case()
    won = await race.run(
        race.usecases.cases.hand_to_department(case.id, MIA, "sales"),
        race.usecases.cases.hand_to_department(case.id, MIA, "pr"),
    )

    kept = await harness.read_case()
    assert (len(won.given), kept.version, kept.department in {"sales", "pr"}) == (2, 3, True)
    assert kept.history[-1].detail.startswith("from sales to pr") or kept.history[-1].detail.startswith("from pr to")


async def test_a_doubtful_crisis_is_confirmed_once_and_then_somebody_is_paged(harness: UseCaseHarness) -> None:
    case = await harness.open_case(labels=(*CRISIS, DOUBTFUL))
    assert (await harness.usecases.cases.get(case.id)).page is None
    answer = await harness.usecases.cases.confirm_crisis(case.id, LEA)

    assert answer.page is not None
    assert (answer.page.cause.id, answer.page.department) == (case.id, "pr")
    with pytest.raises(NotAllowed, match="already confirmed"):
        await harness.usecases.cases.confirm_crisis(case.id, LEA)


async def test_a_complaint_cannot_be_confirmed_as_a_crisis(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    with pytest.raises(NotAllowed, match="no longer a crisis"):
        await harness.usecases.cases.confirm_crisis(case.id, ANA)


async def test_a_form_is_refused_for_what_is_resolved(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.cases.resolve(case.id, ANA, CaseResolution.ANSWERED)
    with pytest.raises(NotAllowed, match="Reopen it first"):
        await harness.usecases.cases.check_transition(case.id, ANA, CaseTransition.RESOLVE)


async def test_a_form_is_refused_to_who_may_not_answer(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    with pytest.raises(NotAllowed, match="Only the care department answers these"):
        await harness.usecases.cases.check_transition(case.id, TOM, CaseTransition.HAND_OVER)


async def test_asking_whether_a_form_may_open_changes_nothing(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    assert (await harness.usecases.cases.check_transition(case.id, ANA, CaseTransition.RESOLVE)).case == case
    assert await harness.read_case() == case


async def test_a_form_to_separate_opens_only_where_there_is_something_to_choose(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    with pytest.raises(NotAllowed, match="there is nothing to split off"):
        await harness.usecases.cases.check_separation(case.id, ANA)
    joined = await harness.join_case(case, 2)
    assert (await harness.usecases.cases.check_separation(case.id, ANA)).case == joined


async def test_a_case_is_offered_to_the_other_deputies_by_their_names(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    claimed = (await harness.usecases.cases.claim(case.id, MIA)).case
    harness.slack.people["U0MIA"] = ("Mia", "")
    assert await harness.usecases.cases.list_assignees(claimed) == [(ANA, "Ana"), (BEN, "Ben"), (RAJ, "Raj")]


async def test_a_case_is_offered_to_nobody_where_one_of_the_names_is_not_known(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    del harness.slack.people[ANA]
    assert await harness.usecases.cases.list_assignees(case) == []


async def test_a_case_is_offered_to_nobody_where_some_of_the_deputies_are_not_known(harness: UseCaseHarness) -> None:
    harness.slack.people |= {one: (one, "") for one in (LEA, MIA, "U0PAM", "U0PIA")}
    case = await harness.open_case(labels=CRISIS)
    assert len(await harness.usecases.cases.list_assignees(case)) == 4
    harness.slack.hide_groups()
    assert await harness.start_another().usecases.cases.list_assignees(case) == []


async def test_a_menu_that_slack_would_refuse_is_not_offered(harness: UseCaseHarness) -> None:
    """Slack's menus have room for a hundred."""
    harness.slack.groups["S0PRESS"] = crowd = tuple(f"U0CROWD{number}" for number in range(MAX_ASSIGNEES - 2))
    harness.slack.people |= {one: (one, "") for one in (*crowd, LEA, MIA)}
    case = await harness.open_case(labels=CRISIS)
    assert len(await harness.usecases.cases.list_assignees(case)) == MAX_ASSIGNEES
    harness.slack.groups["S0PRESS"] = (*crowd, JOE)
    harness.slack.people[JOE] = ("Joe", "")
    assert await harness.start_another().usecases.cases.list_assignees(case) == []


async def test_a_case_that_is_gone_is_said_to_be(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="too old to change"):
        await harness.usecases.cases.claim("0123456789abcd", ANA)


async def test_a_case_of_a_newer_release_is_refused_and_stays_as_it_is(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    key = harness.store.keys.case_key(case.id)
    spoilt = await make_unreadable(harness.store, key, status="pondered")
    with pytest.raises(NotAllowed, match="This case was written by a newer release of Earshot"):
        await harness.usecases.cases.claim(case.id, ANA)
    assert await harness.store.client.execute("HGET", key, "body") == spoilt


async def list_pending_cards(harness: UseCaseHarness) -> list[str]:
    """Without what redraws the other cards of the author."""
    return [one for one in await harness.list_pending() if one.startswith("card ")]


async def test_a_card_that_a_click_has_redrawn_is_not_pending_any_more(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.post_card(case)
    claimed = (await harness.usecases.cases.claim(case.id, ANA)).case
    await harness.usecases.cases.record_card_response(claimed)

    assert await list_pending_cards(harness) == []
    assert (await harness.store.outbox.load_card(case.id)).drawn == claimed.version


async def test_a_card_that_changed_again_since_it_was_redrawn_stays_pending(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.post_card(case)
    claimed = (await harness.usecases.cases.claim(case.id, ANA)).case
    await harness.usecases.cases.release(case.id, ANA)
    await harness.usecases.cases.record_card_response(claimed)
    assert await list_pending_cards(harness) == [f"card {case.id} 0 care"]


async def test_a_card_that_has_to_move_to_another_channel_stays_pending(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.post_card(case)
    moved = (await harness.usecases.cases.hand_to_department(case.id, ANA, "sales")).case
    await harness.usecases.cases.record_card_response(moved)
    assert f"card {case.id} 0 sales" in await harness.list_pending()


async def test_a_card_stays_pending_while_people_who_were_asked_to_take_it_have_to_be_told(
    harness: UseCaseHarness,
) -> None:
    case = await harness.open_case()
    await harness.post_card(case)
    asked = ("HSET", harness.store.keys.card_key(case.id), "asked D0RAJ 2.2", "care")  # as the release before wrote it
    await harness.store.client.execute(*asked)
    await harness.usecases.cases.record_card_response((await harness.usecases.cases.claim(case.id, ANA)).case)
    assert await list_pending_cards(harness) == [f"card {case.id} 0 care"]


async def test_the_card_of_a_crisis_that_was_redrawn_without_its_page_stays_pending(harness: UseCaseHarness) -> None:
    case = await harness.open_case(labels=CRISIS)
    await harness.post_card(case)
    answer = await harness.usecases.cases.claim(case.id, LEA)
    await harness.usecases.cases.record_card_response(answer.case)
    assert f"card {case.id} 0 pr" in await harness.list_pending()
    await harness.usecases.cases.record_card_response(answer.case, answer.page)
    assert f"card {case.id} 0 pr" not in await harness.list_pending()
