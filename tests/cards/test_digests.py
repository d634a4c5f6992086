"""Many new cases on one card."""

from bot.cards import action_ids, digests
from bot.domain.case import CaseStatus
from bot.slack_sandbox.block_kit import check_message
from tests.cards.samples import AT, CARE, build_new_case, labels, mention, objects, words

CASES = [
    build_new_case(id=f"CASE{number:04}", mention=mention(f"flight {number} is late again, nobody says why"))
    for number in range(20)
]


def test_a_digest_says_how_many_came_and_why_they_are_listed() -> None:
    drawing = digests.render_digest("17-A", CARE, CASES, AT)

    assert drawing.text == "20 new cases for care on one list, 20 unclaimed"
    assert "20 new cases for care on one list" in words(drawing.blocks)


def test_each_line_has_its_own_claim_button_while_nobody_has_it() -> None:
    taken = CASES[0].copy_with(status=CaseStatus.CLAIMED, owner="U0ANA")
    drawing = digests.render_digest("17-A", CARE, [taken, *CASES[1:]], AT)
    pressed = [one["value"] for one in objects(drawing.blocks) if one.get("action_id") == action_ids.CLAIM_IN_DIGEST]

    assert pressed == [case.id for case in CASES[1:]]
    assert "Claimed by <@U0ANA> (1)" in words(drawing.blocks)


def test_a_line_knows_its_digest() -> None:
    block = digests.render_digest("1773133333333-ABCDEFGH", CARE, CASES, AT).blocks[2]

    assert action_ids.parse_digest_id(block["block_id"]) == "1773133333333-ABCDEFGH"
    assert action_ids.parse_digest_id("something else") == ""


def test_twenty_long_posts_still_fit_and_still_say_something() -> None:
    long = [
        case.copy_with(mention=mention(f"{number} a very long complaint indeed " * 40))
        for number, case in enumerate(CASES)
    ]
    drawing = digests.render_digest("1773133333333-ABCDEFGH", CARE, long, AT)

    assert check_message(drawing.blocks) == []
    assert labels(drawing.blocks).count("Claim") == 20
    assert "a very long complaint" in words(drawing.blocks)


def test_posts_that_say_the_same_are_one_line_with_one_button() -> None:
    same = [
        case.copy_with(mention=mention(f"the app is down and I cannot check in {word}"))
        for case, word in zip(CASES, ("", "now", "!!", "help", "please"), strict=False)
    ]
    drawing = digests.render_digest("17-A", CARE, [*same, *CASES[5:8]], AT)

    assert "5 say the same · " in words(drawing.blocks)
    assert labels(drawing.blocks)[:4] == ["Claim all 5", "Claim", "Claim", "Claim"]
    assert "Claim all alike…" in labels(drawing.blocks)
    assert check_message(drawing.blocks) == []


def test_a_list_without_posts_alike_offers_no_claim_of_all_alike() -> None:
    assert "Claim all alike…" not in labels(digests.render_digest("17-A", CARE, CASES, AT).blocks)
