"""What a card and *Why?* show of a post beside its words: stars, a place, pictures, the post that it answers."""

from typing import Any

import pytest

from bot.cards import case as card
from bot.cards.case_assessment import render_case_explanation
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.post_details import format_media
from bot.domain.case import Case
from bot.slack_sandbox.block_kit import check_message, check_view
from tests.cards.samples import AT, CARE, build_new_case, list_markup, mention, words

HOSTILE = "<!channel> *now* <https://evil.example|here> \u202egnp.exe "


def build_case(**details: Any) -> Case:
    return build_new_case(mention=mention(**details))


def render(case: Case, *, avatars: bool = False) -> list[dict[str, Any]]:
    drawn = card.render_case(case, CARE.copy_with(avatars=avatars), AT)
    assert check_message(drawn.blocks, drawn.attachments) == []
    return drawn.all_blocks


def explain(case: Case) -> str:
    view = render_case_explanation(case, None, ModalMetadata(case.id))
    assert check_view(view) == []
    return words(view["blocks"])


def test_stars_and_place_are_in_the_title_in_words() -> None:
    case = build_case(rating=1, place="Porto", author={"id": "1", "name": "Inês", "avatar": "https://a.example/1.png"})

    assert "".join(words(render(case)[0]).splitlines()) == "🔴 Complaint · 1 of 5 stars · Inês · X, Porto · "
    assert "*Complaint* · 1 of 5 stars · *Inês* · X, Porto · " in words(render(case, avatars=True)[0])


def test_other_scales_say_what_the_best_is() -> None:
    assert " · 3.5 of 10 · " in words(render(build_case(rating={"value": 3.5, "best": 10}))[0])


def test_the_post_that_is_answered_stands_above_the_words_in_grey_and_cut() -> None:
    case = build_case(parent={"author": "@northwindair", "text": "All bags\narrive today. " + "x" * 480})
    _, parent, post, _, _ = render(case)

    assert parent["type"] == "context"
    assert parent["elements"][0]["text"].startswith("In reply to @northwindair: All bags arrive today. xxx")
    assert len(parent["elements"][0]["text"]) < 240
    assert words(post) == case.mention.text
    assert "x" * 470 in explain(case)


@pytest.mark.parametrize(
    ("media", "shown"),
    [
        ([{"alt": "a torn suitcase"}], "Picture: a torn suitcase"),
        ([{"kind": "video"}], "Video"),
        ([{}, {"alt": "a torn suitcase"}, {"kind": "video"}], "2 pictures and 1 video: a torn suitcase"),
        ([], ""),
    ],
)
def test_pictures_are_counted_and_the_first_description_is_read(media: list[Any], shown: str) -> None:
    assert format_media(mention(media=media).media) == shown


def test_pictures_are_shown_after_the_words_and_add_no_block() -> None:
    drawn = render(build_case(media=[{"alt": "a torn suitcase"}]))

    assert words(drawn[1]).splitlines()[-1] == " [Picture: a torn suitcase]"
    assert len(drawn) == len(render(build_new_case()))


def test_why_shows_every_description_and_how_many_reacted() -> None:
    engagement = {"likes": 1, "replies": 3, "shares": 0, "views": 90_300}
    author = {"id": "1", "handle": "marta", "bot": True}
    shown = explain(build_case(media=[{"alt": "one"}, {"alt": "two"}], engagement=engagement, author=author))

    assert "Picture: one" in shown
    assert "Picture: two" in shown
    assert "1 like · 3 replies · 0 shares · 90,300 views · automated account" in shown
    assert "Told by the outlet" not in explain(build_new_case())


@pytest.mark.parametrize("avatars", [False, True])
def test_nothing_that_an_outlet_tells_reaches_markup(avatars: bool) -> None:  # noqa: FBT001
    case = build_case(
        place=HOSTILE,
        parent={"author": HOSTILE, "text": HOSTILE * 20},
        media=[{"alt": HOSTILE * 20}] * 9,
        author={"id": "1", "name": "Inês", "avatar": "https://a.example/1.png"},
    )

    drawn = render(case, avatars=avatars)
    assert "<!channel>" not in list_markup(drawn)
    assert "*now*" not in list_markup(drawn)
    assert "<https" not in list_markup(drawn)
    assert "\u202e" not in words(drawn)
    assert "\u202e" not in explain(case)
