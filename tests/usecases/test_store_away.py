"""While Redis is away every use case says so: nothing is pretended, and nothing is written by halves."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

import pytest

from bot.cards.case_search import SearchQuery
from bot.cards.ledger_entries import EntryForm
from bot.cards.modal_blocks import ModalMetadata
from bot.domain.amounts import Amount
from bot.domain.assessment import Intent
from bot.domain.campaigns.episode_figures import EpisodeRef
from bot.domain.case import CaseResolution, CaseStatus, JoinedMention, JoinReason
from bot.domain.cases.snooze_transitions import SnoozeChoice
from bot.domain.cases.transitions import claim_case
from bot.domain.commits import StoreUnavailable
from bot.domain.correction import CorrectionKind
from bot.domain.crisis import CrisisDeclaration
from bot.domain.department import Department
from bot.domain.follow_up import FollowUpOutcome
from bot.domain.ledger.entry import EntryKind
from bot.domain.lifecycle import CaseTransition
from bot.domain.offers import Offer
from bot.domain.outbox import Notification
from bot.domain.paging.page import Severity
from bot.domain.periods import TimeSpan
from bot.domain.persons.person import AuthorContext, OpenCase
from bot.usecases.cases import CaseView
from bot.usecases.flag_message import FlagRequest
from handlers import UseCases
from tests.cards.samples import AT, build_new_case
from tests.store.samples import PAGE
from tests.usecases.harness import ANA, BEN, LEA, MIA, OLA, RAJ, UseCaseHarness
from tests.usecases.race import Race

CASE = build_new_case(department="ops")
OPS = Department(name="ops", channel="C0OPS", offers=(Offer(text="credit", daily=Amount(500_00, "EUR")),))
LATER_POST = JoinedMention("x:2", "@marta", "https://x.example/2", AT, JoinReason.SAME_PERSON)
CLAIMED = CaseView(
    CASE.copy_with(status=CaseStatus.CLAIMED, owner=ANA),
    OPS,
    AT,
    author=AuthorContext(open_cases=(OpenCase("c2", RAJ, "ops"),)),
)
FLAG = FlagRequest(
    channel="C0", ts="1773133200.000100", words="my bag is gone", department="care", kind=Intent.COMPLAINT
)
ENTRY = EntryForm("15d737ef3fbc9b", "Quiet carriage", "heard", "")
REF = EpisodeRef("campaign:spring sale", "Spring sale", "push campaign", "Northwind Air", AT, None)
REPORT = Notification.send_report("U0MIA-daily-@U0MIA", "@U0MIA", AT)
FORM = CrisisDeclaration(Severity.SEV1, "Smoke", "pr", lead=LEA)
OPENED = ModalMetadata("ep-1", channel="C0PR")

ASKED: tuple[Callable[[UseCases], Awaitable[Any]], ...] = (
    lambda usecases: usecases.cases.get(CASE.id),
    lambda usecases: usecases.ledger.list_entries(EntryKind.NEED, MIA),
    lambda usecases: usecases.ledger.can_change("care", ANA),
    lambda usecases: usecases.ledger.find_cases(CASE.id, ANA),
    lambda usecases: usecases.ledger.add(CASE.id, "", "Quiet carriage", ANA),
    lambda usecases: usecases.ledger.get("15d737ef3fbc9b", ANA),
    lambda usecases: usecases.ledger.change(ENTRY, ENTRY, "", ANA),
    lambda usecases: usecases.persons.load_history(CASE.id, ANA),
    lambda usecases: usecases.persons.save_history(CASE.id, ANA, "calm", [], []),
    lambda usecases: usecases.persons.search_accounts(CASE.id, ANA, "marta"),
    lambda usecases: usecases.persons.link_account(CASE.id, ANA, CASE.id),
    lambda usecases: usecases.persons.unlink_account(CASE.id, ANA, "1"),
    lambda usecases: usecases.cases.build_view(CASE),
    lambda usecases: usecases.cases.answer_request(f"{CASE.id}/17", MIA, is_allowed=True),
    lambda usecases: usecases.cases.check_transition(CASE.id, ANA, CaseTransition.CLAIM),
    lambda usecases: usecases.cases.list_assignees(CASE),
    lambda usecases: usecases.cases.check_separation(CASE.id, ANA),
    lambda usecases: usecases.cases.check_snooze(CASE.id, ANA),
    lambda usecases: usecases.cases.snooze(CASE.id, ANA, SnoozeChoice.HOUR),
    lambda usecases: usecases.cases.check_store(),
    lambda usecases: usecases.cases.apply(CASE.id, ANA, claim_case),
    lambda usecases: usecases.cases.claim(CASE.id, ANA),
    lambda usecases: usecases.cases.find_claim_question(CASE.id, ANA),
    lambda usecases: usecases.cases.merge(CASE.id, ANA, "c2"),
    lambda usecases: usecases.cases.list_merge_targets(CLAIMED, ANA),
    lambda usecases: usecases.cases.load_joined_words(CASE.copy_with(joined=(LATER_POST,))),
    lambda usecases: usecases.cases.renew_lease(CASE.id, ANA),
    lambda usecases: usecases.cases.release(CASE.id, ANA),
    lambda usecases: usecases.cases.resolve(CASE.id, ANA, CaseResolution.FIXED),
    lambda usecases: usecases.cases.reopen(CASE.id, ANA),
    lambda usecases: usecases.cases.confirm_crisis(CASE.id, ANA),
    lambda usecases: usecases.cases.answer_follow_up(CASE.id, ANA, FollowUpOutcome.SATISFIED),
    lambda usecases: usecases.cases.hand_to_person(CASE.id, ANA, BEN),
    lambda usecases: usecases.cases.hand_to_department(CASE.id, ANA, "sales"),
    lambda usecases: usecases.cases.correct_route(CASE.id, ANA, None),
    lambda usecases: usecases.cases.separate_mention(CASE.id, ANA, "x:2"),
    lambda usecases: usecases.cases.record_card_response(CASE),
    lambda usecases: usecases.campaigns.answer_command(MIA, "list"),
    lambda usecases: usecases.campaigns.load_book(),
    lambda usecases: usecases.campaigns.mute_backfires(MIA, "spring sale"),
    lambda usecases: usecases.exports.request_export(MIA, "cases today"),
    lambda usecases: usecases.tempo.answer_command(MIA, ""),
    lambda usecases: usecases.ledger.remove_case("e c1", MIA),
    lambda usecases: usecases.recognition.choose(ANA, "off"),
    lambda usecases: usecases.recognition.list_colleagues(TimeSpan(CASE.opened_at, CASE.opened_at), "", {}),
    lambda usecases: usecases.themes.answer_command(MIA, "week"),
    lambda usecases: usecases.themes.add_theme(MIA, "wifi", ["wifi"]),
    lambda usecases: usecases.episodes.list_episodes(),
    lambda usecases: usecases.episodes.load_refs(),
    lambda usecases: usecases.episodes.show_episode("Spring sale"),
    lambda usecases: usecases.episodes.build_figures(REF, []),
    lambda usecases: usecases.corrections.check_correction(CASE.id, CorrectionKind.INTENT, ANA),
    lambda usecases: usecases.corrections.correct_case(CASE.id, CorrectionKind.INTENT, "need", ANA),
    lambda usecases: usecases.corrections.reroute_case(CASE.id, ANA),
    lambda usecases: usecases.crises.build_form(OPENED),
    lambda usecases: usecases.crises.declare(LEA, FORM),
    lambda usecases: usecases.crises.update(LEA, "news", "C0PR"),
    lambda usecases: usecases.crises.request_close(LEA, "C0PR", OPENED),
    lambda usecases: usecases.crises.close(LEA, "cr1"),
    lambda usecases: usecases.crises.complete_checklist_item(LEA, "cr1/0"),
    lambda usecases: usecases.crises.add_pinned_message(LEA, "C0PR", "1.2", "words"),
    lambda usecases: usecases.crises.show_open_crises(),
    lambda usecases: usecases.digests.get("17-A"),
    lambda usecases: usecases.roll_ups.get("@U0RAJ care"),
    lambda usecases: usecases.drills.start_drill(MIA, "care"),
    lambda usecases: usecases.feeds.create_link(ANA, ""),
    lambda usecases: usecases.feeds.render_calendar("token"),
    lambda usecases: usecases.flags.flag_message(ANA, FLAG),
    lambda usecases: usecases.home.load_view(ANA),
    lambda usecases: usecases.home.search(ANA, SearchQuery("marta")),
    lambda usecases: usecases.home.load_activity("ep-1"),
    lambda usecases: usecases.oncall.show_on_call(ANA, ""),
    lambda usecases: usecases.oncall.take_shift(ANA, "until 18:00"),
    lambda usecases: usecases.oncall.swap_shifts(RAJ, "<@U0ANA>"),
    lambda usecases: usecases.oncall.cover_shift(RAJ, "me"),
    lambda usecases: usecases.oncall.accept_request(ANA, "nights/o1"),
    lambda usecases: usecases.oncall.decline_request(ANA, "nights/o1"),
    lambda usecases: usecases.oncall.answer_cover_request(ANA, "nights/o1"),
    lambda usecases: usecases.oncall.fill_gap(ANA, "nights/1773133200"),
    lambda usecases: usecases.oncall.undo_change(ANA, "nights/o1"),
    lambda usecases: usecases.pages.acknowledge_in_slack(PAGE.id, LEA),
    lambda usecases: usecases.pages.load_context(PAGE),
    lambda usecases: usecases.pages.acknowledge(PAGE.id, LEA, "Slack"),
    lambda usecases: usecases.pages.load_link_view("token"),
    lambda usecases: usecases.pages.acknowledge_by_link("token"),
    lambda usecases: usecases.pages.pass_on_by_link("token"),
    lambda usecases: usecases.pages.is_delivery_handled("delivery"),
    lambda usecases: usecases.pages.acknowledge_from_pagerduty(PAGE.id, "P", "delivery"),
    lambda usecases: usecases.previews.build_preview("northwind"),
    lambda usecases: usecases.replies.open_form(CASE.id, ANA),
    lambda usecases: usecases.replies.revise(CASE.id, ANA),
    lambda usecases: usecases.replies.ask_approval(CASE.id, ANA, "Sorry"),
    lambda usecases: usecases.replies.request_draft(CASE.id, ANA, ""),
    lambda usecases: usecases.replies.use_draft(CASE.id, ANA, ""),
    lambda usecases: usecases.replies.stop(CASE.id, ANA),
    lambda usecases: usecases.replies.count_opening(CASE.id, ANA, "Sorry"),
    lambda usecases: usecases.replies.save(CASE.id, ANA, "Lost bag", "Sorry"),
    lambda usecases: usecases.replies.delete("r1", ANA),
    lambda usecases: usecases.reports.answer_question(ANA, "today"),
    lambda usecases: usecases.reports.share_report(ANA, "today", "C0CARE", "1.1"),
    lambda usecases: usecases.reports.confirm_share(ANA, "today", "C0CARE", "1.1"),
    lambda usecases: usecases.report_schedules.answer_command(MIA, "", "C0CARE"),
    lambda usecases: usecases.report_schedules.stop(MIA, "U0MIA-daily-@U0MIA"),
    lambda usecases: usecases.report_schedules.render_report("U0MIA-daily-@U0MIA", AT),
    lambda usecases: usecases.report_schedules.pause_refused(REPORT, "is_archived"),
    lambda usecases: usecases.report_schedules.render_refusal("U0MIA-daily-@U0MIA"),
    lambda usecases: usecases.roles.deputize(MIA, "<@U0TOM> care"),
    lambda usecases: usecases.roles.dismiss(MIA, "<@U0TOM> care"),
    lambda usecases: usecases.roles.list_deputies(ANA, ""),
    lambda usecases: usecases.roles.set_point(ANA, ""),
    lambda usecases: usecases.roles.accept_policy(ANA, "g1"),
    lambda usecases: usecases.roles.undo_change(MIA, "end/g1"),
    lambda usecases: usecases.mutes.mute(ANA, "@marta"),
    lambda usecases: usecases.mutes.mute_case_author(ANA, CASE.id),
    lambda usecases: usecases.mutes.render_author_mute(ANA, CASE),
    lambda usecases: usecases.mutes.list_mutes(ANA, ""),
    lambda usecases: usecases.mutes.unmute(ANA, "@marta"),
    lambda usecases: usecases.mutes.undo_mute(ANA, "author marta"),
    lambda usecases: usecases.offers.check_ask(CASE.id, ANA),
    lambda usecases: usecases.offers.ask(CASE.id, ANA, "credit", "80", "two bags"),
    lambda usecases: usecases.replies.suggest_replies(CaseView(CASE, OPS, AT), ANA, 3),
    lambda usecases: usecases.thanks.thank(CASE.id, ANA),
    lambda usecases: usecases.thanks.mark_shareworthy(CASE.id, ANA),
    lambda usecases: usecases.thanks.unmark_shareworthy(CASE.id, ANA),
    lambda usecases: usecases.thanks.list_unthanked(),
    lambda usecases: usecases.thanks.list_shareworthy(ANA),
    lambda usecases: usecases.day_messages.set_message(MIA, '"Refunds open at noon" for care until 18:00'),
    lambda usecases: usecases.day_messages.undo(MIA, "care/1773133200.000000"),
    lambda usecases: usecases.colleagues.check_reroute(CASE.id, ANA),
    lambda usecases: usecases.colleagues.reroute(CASE.id, ANA, "sales", "theirs"),
    lambda usecases: usecases.colleagues.undo_reroute(CASE.id, ANA, "sales"),
    lambda usecases: usecases.offers.load_brief(CaseView(CASE, OPS, AT), ANA),
    lambda usecases: usecases.offers.load_briefs([CASE], ANA),
    lambda usecases: usecases.offers.list_uses(CASE, OPS, ANA),
    lambda usecases: usecases.offers.resolve(CASE.id, ANA, CaseResolution.FIXED, "", {"credit": "5"}),
    lambda usecases: usecases.storms.take_cases("ep-1", ANA),
    lambda usecases: usecases.storms.list_groups("17-A", ANA),
    lambda usecases: usecases.storms.claim_alike("17-A", CASE.id, ANA),
    lambda usecases: usecases.storms.list_own("", ANA),
    lambda usecases: usecases.storms.resolve_many([CASE.id], ANA, CaseResolution.FIXED, ""),
    lambda usecases: usecases.storms.load_episode("ep-1", ANA),
    lambda usecases: usecases.storms.set_facts("ep-1", "Refunds open at noon.", ANA),
    lambda usecases: usecases.storms.find_facts(CASE),
    lambda usecases: usecases.staff_posts.render_newest(MIA),
    lambda usecases: usecases.spam.list_spam(),
    lambda usecases: usecases.spam.get("17-0"),
    lambda usecases: usecases.spam.find_destination("17-0"),
    lambda usecases: usecases.spam.restore_mention("17-0", ANA),
)


def name_of(asked: Callable[[UseCases], Awaitable[Any]]) -> str:
    """As `cases.claim`: the first names that its code looks up."""
    return ".".join(asked.__code__.co_names[:2])


@pytest.mark.parametrize("asked", ASKED, ids=name_of)
async def test_who_asks_is_told_that_redis_does_not_answer(
    asked: Callable[[UseCases], Awaitable[Any]], harness_without_store: UseCaseHarness
) -> None:
    with pytest.raises(StoreUnavailable, match="Redis does not answer"):
        await asked(harness_without_store.usecases)


def test_every_use_case_is_asked() -> None:
    there = {
        f"{name}.{method}"
        for name, usecase in get_type_hints(UseCases).items()
        for method, _ in inspect.getmembers(usecase, inspect.iscoroutinefunction)
        if not method.startswith("_")
    }
    assert there == set(map(name_of, ASKED))


async def test_a_click_that_loses_the_store_before_it_is_written_may_be_repeated(
    harness: UseCaseHarness, race: Race
) -> None:
    case = await harness.open_case()
    race.barrier.cut_off = True
    with pytest.raises(StoreUnavailable):
        await race.usecases.cases.claim(case.id, ANA)
    assert await harness.read_case() == case
    race.barrier.cut_off = False
    assert (await race.usecases.cases.claim(case.id, ANA)).case.status is CaseStatus.CLAIMED


async def test_of_what_is_written_together_nothing_is_there_where_the_store_went_away(
    harness: UseCaseHarness, race: Race
) -> None:
    case = await harness.join_case(await harness.open_case(), 2)
    owed, before = await harness.list_pending(), await harness.store.mention_counters.read()
    race.barrier.cut_off = True
    asked: list[Awaitable[Any]] = [
        race.usecases.cases.separate_mention(case.id, ANA, "x:2"),
        race.usecases.cases.correct_route(case.id, ANA, "sales"),
        race.usecases.flags.flag_message(ANA, FLAG),
        race.usecases.drills.start_drill(MIA, "care"),
        race.usecases.crises.declare(LEA, FORM),
        race.usecases.oncall.take_shift(OLA, "until 09:30"),
    ]
    for one in asked:
        with pytest.raises(StoreUnavailable):
            await one

    assert (await harness.read_case(), await harness.list_pending()) == (case, owed)
    assert (await harness.store.mention_counters.read(), await harness.list_corrections()) == (before, [])
    assert (await harness.store.drills.load_drills(), await harness.store.crises.list_open_crises()) == ({}, [])
    assert (await harness.store.overrides.load(["nights"]))["nights"].version == 0
