"""A declared crisis: what is owed at each step, and what is refused."""

from datetime import timedelta

import pytest

from bot.domain import leading
from bot.domain.crisis import Crisis, Declaration, Numbers, Origin, Plan, Went
from bot.domain.decision import Decision
from bot.domain.notification import NotificationKind
from bot.domain.pages.page import Severity
from bot.domain.refusals import Refused
from bot.domain.report import Said
from tests.domain.made import AT, after

PLAN = Plan(timedelta(minutes=30), ("Stop posts.", "Say that we know."))
TOLD = Declaration(Severity.SEV2, "Smoke", "pr", "U0LEA")
NOTHING = Went(Numbers(), Numbers(), Numbers())


def declared() -> Decision[Crisis]:
    return leading.declare(TOLD, Origin(AT), PLAN, "U0MIA", AT)


def housed(channel: str = "C0NEW") -> Crisis:
    return leading.house(declared().after, channel, "", after(seconds=1)).after


def kinds(decision: Decision[Crisis]) -> list[tuple[str, str]]:
    return [(one.kind.value, str(one.to)) for one in decision.notifications]


def test_declaring_calls_the_lead_as_sev1_whatever_the_form_says_and_twice_is_once() -> None:
    first, second = declared(), declared()
    assert (first.pages[0].severity, first.pages[0].first) == (Severity.SEV1, "U0LEA")
    assert first.after.id == second.after.id


@pytest.mark.parametrize(
    ("channel", "owed"),
    [
        ("C0NEW", [("crisis", "#C0NEW"), ("plan", "#C0NEW"), ("declared", "pr")]),
        ("", [("crisis", "pr"), ("plan", "pr")]),
    ],
)
def test_its_cards_are_owed_where_it_lives(channel: str, owed: list[tuple[str, str]]) -> None:
    assert kinds(leading.house(declared().after, channel, "no scope", AT)) == owed


def test_an_update_moves_its_clock_and_one_reminder_is_owed_for_each() -> None:
    crisis = housed()
    assert leading.look(crisis, None, after(minutes=29)) is None
    due = leading.look(crisis, None, after(minutes=30))
    assert due is not None
    assert kinds(due) == [("crisis", "#C0NEW"), ("due", "#C0NEW")]
    assert leading.look(due.after, None, after(minutes=50)) is None
    said = leading.update(due.after, " We  know. ", PLAN, "U0BEN", after(minutes=51))
    assert (said.after.status, said.after.update_due) == ("We know.", after(minutes=81))
    assert said.notifications[-1].kind is NotificationKind.NEWS


@pytest.mark.parametrize(("words", "no"), [("  ", "Say what is new"), ("x" * 501, "at most 500")])
def test_an_update_that_says_nothing_or_too_much_is_refused(words: str, no: str) -> None:
    with pytest.raises(Refused, match=no):
        leading.update(housed(), words, PLAN, "U0BEN", AT)


def test_each_thing_is_done_once_and_nothing_after_the_end() -> None:
    done = leading.tick(housed(), 1, "U0BEN", after(minutes=1)).after
    with pytest.raises(Refused, match="<@U0BEN> has done this already"):
        leading.tick(done, 1, "U0LEA", after(minutes=2))
    with pytest.raises(Refused, match="not on the checklist"):
        leading.tick(done, 7, "U0LEA", after(minutes=2))
    closed = leading.close(done, NOTHING, "U0LEA", after(hours=1)).after
    with pytest.raises(Refused, match="<@U0LEA> has closed this crisis"):
        leading.tick(closed, 0, "U0BEN", after(hours=2))
    with pytest.raises(Refused, match="<@U0LEA> has closed this crisis"):
        leading.update(closed, "more", PLAN, "U0BEN", after(hours=2))
    with pytest.raises(Refused, match="<@U0LEA> has closed this crisis"):
        leading.close(closed, NOTHING, "U0BEN", after(hours=2))


def test_the_review_goes_to_both_channels_and_to_one_where_there_is_one() -> None:
    both = leading.close(housed(), NOTHING, "U0LEA", after(hours=1))
    assert kinds(both) == [("crisis", "#C0NEW"), ("review", "#C0NEW"), ("review", "pr")]
    one = leading.close(housed(""), NOTHING, "U0LEA", after(hours=1))
    assert kinds(one) == [("crisis", "pr"), ("review", "pr")]


def test_what_colleagues_write_neither_pings_nor_links_in_the_timeline() -> None:
    said = leading.update(housed(), "<!channel> & <https://x.example|here>", PLAN, "U0BEN", AT)
    assert "<!" not in said.after.timeline[-1].what
    assert "<http" not in said.after.timeline[-1].what


def test_numbers_are_of_the_subject_where_there_is_one() -> None:
    tally = {Said("Northwind", "pr", "negative", "complaint"): 3, Said("Skylark", "pr", "neutral", "other"): 5}
    assert Numbers.of(tally) == Numbers(8, 3)
    assert Numbers.of(tally, "Northwind") == Numbers(3, 3)
