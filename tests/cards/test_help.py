"""What `/sentiment help` says, above all of how far we may be believed."""

from bot.cards import help as card
from bot.cards import home
from bot.cards.home_view import HomeView
from bot.domain.reports.precision import PrecisionAspect, PrecisionEstimate
from bot.slack_sandbox.block_kit import check_message
from tests.cards.samples import AT, words


def precise(cases: int, wrong: int, *others: PrecisionEstimate) -> str:
    said = card.format_precision((PrecisionEstimate(PrecisionAspect.ALL, cases, wrong), *others))
    return said.replace("\N{NO-BREAK SPACE}", " ")


def test_nothing_is_claimed_before_anybody_closed_a_case() -> None:
    assert precise(0, 0).startswith("Not known yet, because no case was closed in the last 30 days.")


def test_few_cases_are_counted_and_no_share_is_made_of_them() -> None:
    assert precise(12, 1).startswith("Not enough data yet. Of 12 cases closed in the last 30 days, 1 was corrected.")
    assert "%" not in precise(12, 1)


def test_how_often_it_was_right_is_said_in_one_sentence_with_its_interval() -> None:
    assert precise(212, 19) == (
        "91 % (86–95 %) right. Of 212 cases closed in the last 30 days, 19 were corrected. The others count as right."
    )


def test_where_nobody_corrected_anything_that_is_no_proof_of_certainty() -> None:
    assert "At least 88 % right. Of 30 cases closed in the last 30 days, 0 were corrected" in precise(30, 0)


def test_each_part_is_told_apart_where_there_are_enough_of_it() -> None:
    said = precise(
        212,
        19,
        PrecisionEstimate(PrecisionAspect.SENTIMENT, 180, 11),
        PrecisionEstimate(PrecisionAspect.SUBJECT, 29, 1),
    )

    assert said.endswith("In detail: sentiment 94 % (89–97 %) of 180.")


def test_slack_takes_it_and_names_are_no_markup() -> None:
    drawing = card.render_sentiment_help(["A & B <x>"], [], [PrecisionEstimate(PrecisionAspect.ALL, 212, 19)])

    assert check_message(drawing.blocks) == []
    assert "A &amp; B &lt;x&gt;" in words(drawing.blocks)
    assert "/sentiment spam" in words(drawing.blocks)


def test_the_home_tab_says_it_only_where_there_is_something_to_say() -> None:
    def health(*found: PrecisionEstimate) -> str:
        return words(home.render_home(HomeView("U0MIA", AT, is_manager=True, precisions=found))["blocks"])

    assert "91 % (86–95 %) right" in health(PrecisionEstimate(PrecisionAspect.ALL, 212, 19))
    assert "heard right" not in health(PrecisionEstimate(PrecisionAspect.ALL, 12, 1))
    assert "heard right" not in health()
