"""A declared crisis: what is sent at each step, and what is refused."""

from datetime import timedelta

import pytest

from bot.domain.commits import Decision
from bot.domain.crises import transitions
from bot.domain.crisis import Crisis, CrisisDeclaration, CrisisOrigin, CrisisPlan, MentionCounts, SentimentOutcome
from bot.domain.errors import NotAllowed
from bot.domain.outbox import NotificationKind
from bot.domain.paging.page import Severity
from bot.domain.reports.report import TallyKey
from tests.domain.samples import AT, compute_later

PLAN = CrisisPlan(timedelta(minutes=30), ("Stop posts.", "Say that we know."))
TOLD = CrisisDeclaration(Severity.SEV2, "Smoke", "pr", "U0LEA")
NOTHING = SentimentOutcome(MentionCounts(), MentionCounts(), MentionCounts())


def declare() -> Decision[Crisis]:
    return transitions.declare_crisis(TOLD, CrisisOrigin(AT), PLAN, "U0MIA", AT)


def declare_with_channel(channel: str = "C0NEW") -> Crisis:
    return transitions.assign_channel(declare().after, channel, "", compute_later(seconds=1)).after


def kinds(decision: Decision[Crisis]) -> list[tuple[str, str]]:
    return [(one.kind.value, str(one.to)) for one in decision.notifications]


def test_declaring_calls_the_lead_as_sev1_whatever_the_form_says_and_twice_is_once() -> None:
    first, second = declare(), declare()
    assert (first.pages[0].severity, first.pages[0].first) == (Severity.SEV1, "U0LEA")
    assert first.after.id == second.after.id


@pytest.mark.parametrize(
    ("channel", "owed"),
    [
        ("C0NEW", [("crisis", "#C0NEW"), ("plan", "#C0NEW"), ("declared", "pr")]),
        ("", [("crisis", "pr"), ("plan", "pr")]),
    ],
)
def test_its_cards_are_enqueued_where_it_lives(channel: str, owed: list[tuple[str, str]]) -> None:
    assert kinds(transitions.assign_channel(declare().after, channel, "no scope", AT)) == owed


def test_an_update_moves_its_clock_and_one_reminder_is_enqueued_for_each() -> None:
    crisis = declare_with_channel()
    assert transitions.check_crisis(crisis, None, compute_later(minutes=29)) is None
    due = transitions.check_crisis(crisis, None, compute_later(minutes=30))
    assert due is not None
    assert kinds(due) == [("crisis", "#C0NEW"), ("due", "#C0NEW")]
    assert transitions.check_crisis(due.after, None, compute_later(minutes=50)) is None
    said = transitions.update_crisis(due.after, " We  know. ", PLAN, "U0BEN", compute_later(minutes=51))
    assert (said.after.status, said.after.update_due) == ("We know.", compute_later(minutes=81))
    assert said.notifications[-1].kind is NotificationKind.NEWS


@pytest.mark.parametrize(("words", "no"), [("  ", "Add what is new"), ("x" * 501, "can have 500")])
def test_an_update_that_says_nothing_or_too_much_is_refused(words: str, no: str) -> None:
    with pytest.raises(NotAllowed, match=no):
        transitions.update_crisis(declare_with_channel(), words, PLAN, "U0BEN", AT)


def test_each_thing_is_done_once_and_nothing_after_the_end() -> None:
    done = transitions.complete_checklist_item(declare_with_channel(), 1, "U0BEN", compute_later(minutes=1)).after
    with pytest.raises(NotAllowed, match="<@U0BEN> already did this"):
        transitions.complete_checklist_item(done, 1, "U0LEA", compute_later(minutes=2))
    with pytest.raises(NotAllowed, match="no longer on the checklist"):
        transitions.complete_checklist_item(done, 7, "U0LEA", compute_later(minutes=2))
    closed = transitions.close_crisis(done, NOTHING, "U0LEA", compute_later(hours=1)).after
    with pytest.raises(NotAllowed, match="<@U0LEA> closed this crisis"):
        transitions.complete_checklist_item(closed, 0, "U0BEN", compute_later(hours=2))
    with pytest.raises(NotAllowed, match="<@U0LEA> closed this crisis"):
        transitions.update_crisis(closed, "more", PLAN, "U0BEN", compute_later(hours=2))
    with pytest.raises(NotAllowed, match="<@U0LEA> closed this crisis"):
        transitions.close_crisis(closed, NOTHING, "U0BEN", compute_later(hours=2))


def test_the_review_goes_to_both_channels_and_to_one_where_there_is_one() -> None:
    both = transitions.close_crisis(declare_with_channel(), NOTHING, "U0LEA", compute_later(hours=1))
    assert kinds(both) == [("crisis", "#C0NEW"), ("review", "#C0NEW"), ("review", "pr")]
    one = transitions.close_crisis(declare_with_channel(""), NOTHING, "U0LEA", compute_later(hours=1))
    assert kinds(one) == [("crisis", "pr"), ("review", "pr")]


def test_what_colleagues_write_neither_pings_nor_links_in_the_timeline() -> None:
    said = transitions.update_crisis(declare_with_channel(), "<!channel> & <https://x.example|here>", PLAN, "U0BEN", AT)
    assert "<!" not in said.after.timeline[-1].what
    assert "<http" not in said.after.timeline[-1].what


def test_numbers_are_of_all_posts_and_of_the_negative_ones() -> None:
    tally = {TallyKey("Northwind", "pr", "negative", "complaint"): 3, TallyKey("Skylark", "pr", "neutral", "other"): 5}
    assert MentionCounts.from_tally(tally) == MentionCounts(8, 3)
