"""Many new cases on one card."""

from bot.cards import action_ids, digests
from bot.domain.case import CaseStatus
from bot.slack_sandbox.block_kit import check_message
from tests.cards.samples import AT, CARE, build_new_case, labels, mention, objects, words

CASES = [build_new_case(id=f"CASE{number:04}") for number in range(20)]


def test_a_digest_says_how_many_came_and_why_they_are_listed() -> None:
    drawing = digests.render_digest("17-A", CARE, CASES, AT)

    assert drawing.text == "20 new cases for care on one list, 20 still to claim"
    assert "20 new cases for care on one list" in words(drawing.blocks)


def test_each_line_has_its_own_claim_button_while_nobody_has_it() -> None:
    taken = CASES[0].copy_with(status=CaseStatus.CLAIMED, owner="U0ANA")
    drawing = digests.render_digest("17-A", CARE, [taken, *CASES[1:]], AT)
    pressed = [one["value"] for one in objects(drawing.blocks) if one.get("type") == "button"]

    assert pressed == [case.id for case in CASES[1:]]
    assert "claimed by <@U0ANA>" in words(drawing.blocks)


def test_a_line_knows_its_digest() -> None:
    block = digests.render_digest("1773133333333-ABCDEFGH", CARE, CASES, AT).blocks[2]

    assert action_ids.parse_digest_id(block["block_id"]) == "1773133333333-ABCDEFGH"
    assert action_ids.parse_digest_id("something else") == ""


def test_twenty_long_posts_still_fit_and_still_say_something() -> None:
    long = [case.copy_with(mention=mention("a very long complaint indeed " * 40)) for case in CASES]
    drawing = digests.render_digest("1773133333333-ABCDEFGH", CARE, long, AT)

    assert check_message(drawing.blocks) == []
    assert len(labels(drawing.blocks)) == 20
    assert "a very long complaint" in words(drawing.blocks)
