"""A page is acknowledged from Slack, by a link or at PagerDuty: once, and by who may."""

from collections.abc import Callable

import pytest

from bot.domain.commits import NotAllowed
from bot.domain.paging.ack_link import TOKEN_LIFETIME, InvalidTokenError
from bot.domain.paging.page import AttemptStatus, ContactMethod, Page
from bot.domain.paging.re_escalation import build_dedup_key, re_escalate
from bot.store.pages import PageGoneError
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import JOE, LEA, MIA, UseCaseHarness
from tests.usecases.race import Race


async def token_for(harness: UseCaseHarness, page: Page, person: str = LEA) -> str:
    return (await harness.app.links.build_link(page, person)).rpartition("/")[2]


async def call_again_in_vain(harness: UseCaseHarness, page: Page) -> Page:
    """It was acknowledged, nobody claimed its case, and it calls again."""
    at = harness.clock.advance(minutes=21)
    return (await harness.store.pages.change(page.id, lambda one: re_escalate(one, at), at)).after


async def test_who_was_called_acknowledges_and_nobody_else_is_called(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    assert page.has_called(LEA)
    done = await harness.usecases.pages.acknowledge_in_slack(page.id, LEA)

    assert done == await harness.store.pages.get(page.id)
    assert (done.acknowledged_by, done.acknowledged_way, done.acknowledged_at) == (LEA, "Slack", harness.clock.now())
    harness.clock.advance(minutes=5)
    await harness.app.pages.step()
    assert (await harness.store.pages.get(page.id)).count == 1


async def test_a_deputy_who_was_not_called_may_acknowledge_and_anybody_else_may_not(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    with pytest.raises(NotAllowed, match="You aren't in the pr department"):
        await harness.usecases.pages.acknowledge_in_slack(page.id, JOE)
    assert (await harness.store.pages.get(page.id)).is_open
    assert (await harness.usecases.pages.acknowledge_in_slack(page.id, "U0PAM")).acknowledged_by == "U0PAM"


async def test_who_was_called_may_acknowledge_though_they_are_no_deputy_any_more(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    harness.replace_in_playbook('["U0LEA", "S0PRESS"]', '["S0PRESS"]')
    harness.replace_in_playbook('["U0LEA", "U0MIA"]', '["U0MIA"]')
    harness.slack.hide_groups()
    with pytest.raises(NotAllowed, match="Slack isn't telling Earshot"):
        await harness.usecases.pages.acknowledge_in_slack(page.id, "U0PAM")
    assert (await harness.usecases.pages.acknowledge_in_slack(page.id, LEA)).is_acknowledged


async def test_who_acknowledges_second_is_told_who_was_first(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    await harness.usecases.pages.acknowledge_in_slack(page.id, LEA)
    harness.clock.advance(minutes=4)
    with pytest.raises(NotAllowed, match="Acknowledged at 09:00 UTC by <@U0LEA>"):
        await harness.usecases.pages.acknowledge_in_slack(page.id, MIA)


async def test_of_two_who_acknowledge_at_once_one_has_it(harness: UseCaseHarness, race: Race) -> None:
    page = await harness.open_page()
    won = await race.run(*(race.usecases.pages.acknowledge_in_slack(page.id, by) for by in (LEA, MIA)))

    kept = await harness.store.pages.get(page.id)
    assert list(won.given) == [kept]
    assert won.told == (f"Acknowledged at 09:00 UTC by <@{kept.acknowledged_by}>.",)


async def test_in_a_group_who_acknowledges_a_page_has_answered_the_leading_one(
    harness: UseCaseHarness,
) -> None:
    leader = await harness.open_page(1)
    follower = await harness.open_page(2)
    assert follower.leader == leader.id
    await harness.usecases.pages.acknowledge_in_slack(follower.id, LEA)

    assert (await harness.store.pages.get(leader.id)).acknowledged_by == LEA


async def test_a_page_whose_leader_was_answered_already_is_acknowledged_all_the_same(harness: UseCaseHarness) -> None:
    leader = await harness.open_page(1)
    follower = await harness.open_page(2)
    await harness.usecases.pages.acknowledge_in_slack(leader.id, MIA)
    assert (await harness.usecases.pages.acknowledge_in_slack(follower.id, LEA)).acknowledged_by == LEA
    assert (await harness.store.pages.get(leader.id)).acknowledged_by == MIA


async def test_a_link_shows_the_page_and_changes_nothing(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    shown = await harness.usecases.pages.load_link_view(await token_for(harness, page))

    assert (shown.page, shown.person, shown.too_old, shown.outdated, shown.answered_by) == (page, LEA, False, False, "")
    assert [(one.who, one.method, one.result) for one in shown.calls] == [
        ("A colleague", ContactMethod.SLACK, AttemptStatus.WAITING)
    ]
    assert shown.context == await harness.usecases.pages.load_context(page)
    assert await harness.store.pages.get(page.id) == page


async def test_a_link_acknowledges_once_and_then_says_who_has_it(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    for by in (LEA, MIA):
        await harness.usecases.pages.acknowledge_by_link(await token_for(harness, page, by))

    kept = await harness.store.pages.get(page.id)
    assert (kept.acknowledged_by, kept.acknowledged_way) == (LEA, "link")
    shown = await harness.usecases.pages.load_link_view(await token_for(harness, page, MIA))
    assert (shown.answered_by, shown.answered_at) == ("A colleague", harness.clock.now())


async def test_of_a_link_that_is_pressed_twice_at_once_the_page_keeps_one_answer(
    harness: UseCaseHarness, race: Race
) -> None:
    page = await harness.open_page()
    token = await token_for(harness, page)
    await race.run(*(race.usecases.pages.acknowledge_by_link(token) for _ in range(2)))
    assert (await harness.store.pages.get(page.id)).version == page.version + 1


async def test_a_link_of_a_grouped_page_answers_the_leading_one_too(harness: UseCaseHarness) -> None:
    leader, follower = await harness.open_page(1), await harness.open_page(2)
    await harness.usecases.pages.acknowledge_by_link(await token_for(harness, follower))
    assert (await harness.store.pages.get(leader.id)).acknowledged_by == LEA


async def test_a_link_that_is_too_old_does_nothing_and_says_so(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    token = await token_for(harness, page)
    harness.clock.advance(TOKEN_LIFETIME)
    await harness.usecases.pages.acknowledge_by_link(token)
    await harness.usecases.pages.pass_on_by_link(token)

    assert await harness.store.pages.get(page.id) == page
    assert (await harness.usecases.pages.load_link_view(token)).too_old


async def test_a_link_from_before_the_page_called_again_does_nothing_and_says_so(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    token = await token_for(harness, page)
    again = await call_again_in_vain(harness, await harness.usecases.pages.acknowledge_in_slack(page.id, MIA))
    await harness.usecases.pages.acknowledge_by_link(token)
    await harness.usecases.pages.pass_on_by_link(token)

    assert await harness.store.pages.get(page.id) == again
    await harness.app.pages.step()
    shown = await harness.usecases.pages.load_link_view(token)
    assert (shown.outdated, [one.at for one in shown.calls]) == (True, [harness.clock.now()])
    await harness.usecases.pages.acknowledge_by_link(await token_for(harness, again))
    assert (await harness.store.pages.get(page.id)).acknowledged_by == LEA


@pytest.mark.parametrize("changed", [lambda token: token[:-1] + "!", lambda token: token.replace(LEA, MIA)])
async def test_a_link_that_was_changed_is_believed_in_nothing(
    changed: Callable[[str], str], harness: UseCaseHarness
) -> None:
    page = await harness.open_page()
    forged = changed(await token_for(harness, page))
    for asked in (harness.usecases.pages.acknowledge_by_link, harness.usecases.pages.pass_on_by_link):
        with pytest.raises(InvalidTokenError):
            await asked(forged)

    shown = await harness.usecases.pages.load_link_view(forged)
    assert (shown.person, shown.context, shown.calls) == ("", None, ())
    assert await harness.store.pages.get(page.id) == page


async def test_a_link_to_nothing_is_forged_and_one_to_a_page_that_is_gone_says_so(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    token = await token_for(harness, page)
    with pytest.raises(InvalidTokenError):
        await harness.usecases.pages.load_link_view("0.U0LEA.1.0.AAAA")
    await harness.store.client.execute("DEL", harness.store.keys.page_key(page.id))
    with pytest.raises(PageGoneError):
        await harness.usecases.pages.load_link_view(token)
    await harness.usecases.pages.acknowledge_by_link(token)


async def test_who_cannot_take_it_is_passed_over_once_and_the_next_is_called_at_once(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    token = await token_for(harness, page)
    harness.clock.advance(seconds=30)
    await harness.usecases.pages.pass_on_by_link(token)
    passed = await harness.store.pages.get(page.id)
    await harness.usecases.pages.pass_on_by_link(token)

    assert (passed.due, passed.declined_people) == (harness.clock.now(), frozenset({LEA}))
    assert await harness.store.pages.get(page.id) == passed
    await harness.app.pages.step()
    assert (await harness.store.pages.get(page.id)).has_called(MIA)


async def test_an_acknowledgement_at_pagerduty_counts_once_per_delivery(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    assert not await harness.usecases.pages.is_delivery_handled("delivery-1")
    assert await harness.usecases.pages.acknowledge_from_pagerduty(build_dedup_key(page), "PNOBODY", "delivery-1")
    assert await harness.usecases.pages.is_delivery_handled("delivery-1")
    assert not await harness.usecases.pages.acknowledge_from_pagerduty(build_dedup_key(page), "PNOBODY", "delivery-1")

    kept = await harness.store.pages.get(page.id)
    assert (kept.acknowledged_by, kept.acknowledged_way, kept.version) == ("", "PagerDuty", page.version + 1)


async def test_a_delivery_that_is_repeated_after_the_page_called_again_answers_nothing(
    harness: UseCaseHarness,
) -> None:
    page = await harness.open_page()
    await harness.usecases.pages.acknowledge_from_pagerduty(build_dedup_key(page), "PNOBODY", "delivery-1")
    again = await call_again_in_vain(harness, await harness.store.pages.get(page.id))
    for alert, delivery in ((build_dedup_key(page), "delivery-2"), (build_dedup_key(again), "delivery-1")):
        assert not await harness.usecases.pages.acknowledge_from_pagerduty(alert, "PNOBODY", delivery)
    assert (await harness.store.pages.get(page.id)).is_open
    assert await harness.usecases.pages.acknowledge_from_pagerduty(build_dedup_key(again), "PNOBODY", "delivery-3")


async def test_of_one_delivery_that_comes_twice_at_once_one_answers(harness: UseCaseHarness, race: Race) -> None:
    page = await harness.open_page()
    won = await race.run(
        *(
            race.usecases.pages.acknowledge_from_pagerduty(build_dedup_key(page), "PNOBODY", "delivery-1")
            for _ in range(2)
        )
    )
    assert sorted(won.given) == [False, True]
    assert (await harness.store.pages.get(page.id)).version == page.version + 1


@pytest.mark.parametrize("alert", ["0123456789abcdef01", "", "-3"])
async def test_an_alert_of_no_page_of_ours_is_none(alert: str, harness: UseCaseHarness) -> None:
    assert not await harness.usecases.pages.acknowledge_from_pagerduty(alert, "PNOBODY", "delivery-1")


async def test_a_page_that_is_gone_or_of_a_newer_release_is_refused(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="This page is too old to acknowledge"):
        await harness.usecases.pages.acknowledge("0123456789abcdef01", LEA, "Slack")
    page = await harness.open_page()
    spoilt = await make_unreadable(harness.store, harness.store.keys.page_key(page.id), severity="sev9")
    with pytest.raises(NotAllowed, match="This page was written by a newer release"):
        await harness.usecases.pages.acknowledge_in_slack(page.id, LEA)
    assert await harness.store.client.execute("HGET", harness.store.keys.page_key(page.id), "body") == spoilt


async def test_a_page_of_a_case_that_another_department_has_by_now_is_over(harness: UseCaseHarness) -> None:
    page = await harness.open_page()
    await harness.usecases.cases.hand_to_department(page.cause.id, LEA, "care")
    await harness.app.pages.step()
    with pytest.raises(NotAllowed, match="This page is closed"):
        await harness.usecases.pages.acknowledge_in_slack(page.id, LEA)


async def test_of_a_page_whose_case_is_gone_nothing_is_shown_but_itself(harness: UseCaseHarness) -> None:
    page = await harness.open_page(1, text="smoke in the cabin")
    matter = await harness.usecases.pages.load_context(page)
    assert matter is not None
    assert matter.quote == "smoke in the cabin"
    await harness.store.client.execute("DEL", harness.store.keys.case_key(page.cause.id))
    assert await harness.usecases.pages.load_context(page) is None
    assert (await harness.usecases.pages.load_link_view(await token_for(harness, page))).context is None
