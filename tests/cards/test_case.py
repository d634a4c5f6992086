"""The card of a case, as a person sees it: a title, the words, one line of context, three controls."""

from datetime import timedelta
from typing import Any

import pytest

from bot.cards import case as card
from bot.cards.case_buttons import BUTTONS
from bot.cards.case_mention import WORDS_LINE
from bot.domain.assessment import Signal, build_assessment
from bot.domain.audit import AuditEvent
from bot.domain.case import Case, CasePriority, JoinedMention, JoinReason
from bot.domain.persons.person import AuthorContext, OpenCase, Person
from bot.slack_sandbox.block_kit import check_message
from tests.cards.samples import (
    AT,
    CARE,
    assessment,
    build_claimed_case,
    build_joined_mention,
    build_new_case,
    build_resolved_case,
    labels,
    list_markup,
    mention,
    objects,
    words,
)

SMOKE = build_assessment(
    [
        Signal("mood", "sentiment:negative", 0.6, "negative: 'smoke'"),
        Signal("crisis", "intent:crisis", 0.9, "crisis, safety: 'smoke on board', 'fire'"),
        Signal("crisis", "harm:safety", 0.9),
        Signal("subject", "subject:Northwind Air", 1.0, "tagged"),
        Signal("urgency", "urgency:severity", 1.0, "severity: crisis", weight=45),
    ]
)
MENU_OF_NEW = ["Resolve…", "Hand over…", "Re-route…", "Why? / Correct…"]
MENU_OF_CLAIMED = ["Release", "Hand over…", "Re-route…", "Why? / Correct…"]


def render(case: Case, minutes: float = 0) -> list[dict[str, Any]]:
    return card.render_case(case, CARE, AT + timedelta(minutes=minutes)).all_blocks


def read(case: Case, minutes: float = 0) -> tuple[str, str, str]:
    """The title, the words and the context line."""
    title, post, context, _ = render(case, minutes)
    text = ["".join(words(block).splitlines()) for block in (title, post, context)]
    return text[0], text[1], text[2]


def list_menu(case: Case) -> list[str]:
    [menu] = [one for one in objects(render(case)) if one.get("type") == "overflow"]
    return [option["text"]["text"] for option in menu["options"]]


def test_a_headline_reads_well_aloud() -> None:
    said = card.format_case_headline

    assert said(build_new_case()) == "Complaint from @marta: unclaimed, claim within 15 min"
    assert said(build_new_case(), AT + timedelta(hours=1)) == "Complaint from @marta: unclaimed, overdue"
    assert said(build_claimed_case()) == "Complaint from @marta: claimed by <@U0ANA>, due within 4 h"
    assert said(build_resolved_case()) == "Complaint from @marta: resolved by <@U0ANA> (answered)"


def test_a_new_card_is_a_title_the_words_one_line_and_three_controls() -> None:
    title, post, context = read(build_new_case())

    assert title == "🔴 Complaint · Marta K. (@marta · 1.2k) · X · "
    assert post == "lost my bag again, never flying with you"
    assert context.startswith("*Unclaimed* · claim by <!date^")
    assert context.endswith("> · High · Northwind Air")
    assert labels(render(build_new_case())) == ["Claim", "Open post"]


def test_of_a_claimed_card_the_owner_and_the_deadline_come_first() -> None:
    context = read(build_claimed_case())[2]

    assert context.startswith("*Claimed* by <@U0ANA> · due <!date^")
    assert context.endswith("> · High · Northwind Air")


def test_a_resolved_card_says_by_whom_how_and_the_note() -> None:
    context = read(build_resolved_case(note="told her where it is"))[2]

    assert context.startswith("*Resolved* by <@U0ANA> · answered · <!date^")
    assert context.endswith("“told her where it is”")
    assert "High" not in context


def test_a_crisis_names_its_kind_and_the_thing_and_never_a_sentiment() -> None:
    post = mention("smoke on board of NW 331 in 2026!", author={"id": "2", "handle": "wren", "followers": 270})
    case = build_new_case(assessment=SMOKE, mention=post)

    assert read(case)[0] == "🚨 Safety · smoke on board · NW 331 · @wren (270) · X · "
    assert " · Critical · " in read(case)[2]
    assert card.format_case_headline(case).startswith("🚨 Safety · smoke on board · NW 331 from @wren: unclaimed")
    assert "negative" not in str(render(case)).lower()


def test_a_crisis_in_a_related_post_has_its_kind_where_it_is_known() -> None:
    assert read(build_new_case(alarm=True))[0].startswith("🚨 Crisis · Marta K.")


@pytest.mark.parametrize(
    ("weight", "priority", "colour"),
    [(0, "Low", "#9aa5a1"), (15, "Normal", "#6b84a3"), (30, "High", "#d9971e")],
)
def test_the_edge_and_a_word_say_how_pressing_it_is(weight: int, priority: str, colour: str) -> None:
    found = build_assessment([Signal("urgency", "urgency:severity", 1.0, weight=weight)])
    case = build_new_case(assessment=found)

    assert f" · {priority}" in read(case)[2]
    assert [one["color"] for one in card.render_case(case, CARE, AT).attachments] == [colour]


def test_each_priority_has_a_colour_and_what_is_done_is_green() -> None:
    colours = {one["color"] for case in (build_new_case(), build_new_case(assessment=SMOKE), build_resolved_case())
               for one in card.render_case(case, CARE, AT).attachments}  # fmt: skip

    assert colours == {"#d9971e", "#c9302c", "#2e8b57"}
    assert len(CasePriority) == 4


def test_where_the_sentiment_is_unclear_the_title_says_so() -> None:
    signals = [Signal("mood", "sentiment:unsure", 0.4, "sarcasm, perhaps"), Signal("intent", "intent:complaint", 0.8)]

    assert read(build_new_case(assessment=build_assessment(signals)))[0].startswith("🟡 Complaint · unclear · Marta K.")


def test_a_post_without_an_intent_is_named_by_its_sentiment() -> None:
    found = build_assessment([Signal("mood", "sentiment:positive", 0.8)])

    assert read(build_new_case(assessment=found))[0].startswith("🟢 Positive post · ")


def test_a_name_that_is_the_handle_is_said_once() -> None:
    author = {"id": "1", "handle": "marta", "name": "Marta"}

    assert read(build_new_case(mention=mention(author=author)))[0] == "🔴 Complaint · @marta · X · "


def test_another_language_is_said_and_english_is_not() -> None:
    def said(code: str) -> str:
        return read(build_new_case(assessment=build_assessment([Signal("language", f"language:{code}", 0.9)])))[2]

    assert said("es").endswith(" · Spanish")
    assert said("en").endswith(" · Low")


def test_what_joined_is_counted_in_one_word_where_it_is_all_the_same() -> None:
    follow_up = JoinedMention("x:9", "@marta", "", AT, JoinReason.SAME_PERSON)

    assert read(build_new_case(joined=build_joined_mention(1), joined_count=1))[2].endswith(" · 1 duplicate")
    assert read(build_new_case(joined=(follow_up,), joined_count=1))[2].endswith(" · 1 later post")
    both = build_new_case(joined=(*build_joined_mention(2), follow_up), joined_count=3)
    assert read(both)[2].endswith(" · 3 related posts")
    assert card.format_case_headline(both).endswith("claim within 15 min, 3 related posts")


def test_overdue_is_a_word_and_not_only_a_colour() -> None:
    assert "· *overdue* since <!date^" in read(build_new_case(), minutes=20)[2]
    assert "overdue" not in read(build_new_case())[2]


def test_overdue_is_said_with_a_time_because_slack_documents_no_age_for_mrkdwn() -> None:
    assert "^{time}|" in read(build_new_case(), minutes=20)[2].partition("overdue")[2]
    assert "^{date_short_pretty} at {time}|" in read(build_new_case(), minutes=1_440)[2].partition("overdue")[2]


def test_a_deadline_on_another_day_is_shown_with_its_date() -> None:
    tomorrow = build_claimed_case(due=AT + timedelta(days=1))

    assert "{date_short_pretty} at {time}" in read(tomorrow)[2]
    assert "{date_short_pretty}" not in read(build_claimed_case())[2]


def test_a_card_has_few_words_beside_the_post() -> None:
    for case in (build_new_case(), build_claimed_case(), build_resolved_case(), build_new_case(assessment=SMOKE)):
        title, _, context = read(case)
        controls = labels(render(case))
        assert len(f"{title} {context} {' '.join(controls)}".split()) <= 45
        assert len(controls) + 1 <= 3


@pytest.mark.parametrize(
    ("case", "buttons", "menu"),
    [
        (build_new_case(), ["Claim", "Open post"], MENU_OF_NEW),
        (build_claimed_case(), ["Resolve…", "Reply…"], MENU_OF_CLAIMED),
        (build_resolved_case(), ["Reopen", "Open post"], ["History…", "Why? / Correct…"]),
    ],
)
def test_a_card_offers_what_makes_sense_now(case: Case, buttons: list[str], menu: list[str]) -> None:
    assert labels(render(case)) == buttons
    assert [one for one in list_menu(case) if one != "Snooze…"] == menu


def test_a_crisis_that_somebody_has_to_confirm_has_the_link_in_its_menu() -> None:
    doubtful = build_assessment([*SMOKE.signals, Signal("crisis", "crisis:doubtful", 1.0, "it laughs")])
    case = build_new_case(assessment=doubtful)

    assert labels(render(case)) == ["Confirm crisis", "Claim"]
    assert list_menu(case) == ["Open post", *MENU_OF_NEW]
    assert "not confirmed, so nobody is paged" in read(case)[2]
    assert check_message([], card.render_case(case, CARE, AT).attachments) == []


@pytest.mark.parametrize(
    "case",
    [
        build_new_case(),
        build_claimed_case(),
        build_resolved_case(note="told her where it is"),
        build_new_case(joined=build_joined_mention(9), joined_count=40),
    ],
)
def test_slack_would_take_every_card(case: Case) -> None:
    drawn = card.render_case(case, CARE, AT)

    assert check_message(drawn.blocks, drawn.attachments) == []
    assert check_message(card.render_case_fallback(case, CARE, AT).blocks) == []
    assert check_message(card.render_moved_notice(case, "pr").blocks) == []


def test_buttons_carry_the_case_and_nothing_else() -> None:
    values = {one["value"] for one in objects(render(build_claimed_case())) if "value" in one}

    assert {value.rpartition("|")[2] for value in values} == {"ABCDEFGH"}
    assert {value for value in values if "|" not in value} == {"ABCDEFGH"}


def test_one_button_at_most_is_the_one_to_press() -> None:
    for case in (build_new_case(), build_claimed_case(), build_resolved_case()):
        styles = [one["style"] for one in objects(render(case)) if one.get("type") == "button" and "style" in one]
        assert len(styles) <= 1


def test_what_the_owner_can_offer_is_on_no_card() -> None:
    assert "credit up to 50 EUR" not in words(render(build_claimed_case()))


def test_what_a_post_quotes_is_shown_below_it_and_told_from_it() -> None:
    quoting = build_new_case(mention=mention(quoted="kettles\n<!channel> & pots " + "x" * 400))

    assert "Quoting: kettles <!channel> & pots xx" in words(render(quoting))
    assert "Quoting" not in words(render(build_new_case()))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.example", "https://x.example/a b", "", "https://x<!channel>"]
)
def test_an_address_that_is_none_gets_no_button(url: str) -> None:
    assert "Open post" not in labels(render(build_new_case(mention=mention(url=url))))


def test_a_long_post_is_cut_with_an_ellipsis() -> None:
    case = build_new_case(mention=mention("long " * 2000))
    quoted = [one["text"] for one in objects(render(case)) if one.get("type") == "text"]

    assert max(map(len, quoted)) <= 600
    assert any(text.endswith("…") for text in quoted)


def test_a_post_without_words_is_drawn_all_the_same() -> None:
    assert read(build_new_case(mention=mention("\u200b")))[1] == "(no words: open the post to see it)"


def test_a_note_is_shown_as_it_was_typed_and_pings_nobody() -> None:
    blocks = render(build_resolved_case(note="see <!here> *now*"))

    assert "see <!here> *now*" in words(blocks)
    assert "<!here>" not in list_markup(blocks)


def test_reasons_are_not_on_the_card() -> None:
    assert "lost my bag”" not in words(render(build_new_case(assessment=assessment("“lost my bag”"))))


def test_a_case_that_moved_says_where_and_who_moved_it() -> None:
    case = build_claimed_case(history=(AuditEvent(AT, "U0ANA", "handed over", "from care to pr"),))

    assert card.render_moved_notice(case, "pr").text == "Moved to pr by <@U0ANA>: complaint from @marta"


@pytest.mark.parametrize("year", [1, 1969, 2101, 9999])
def test_a_post_from_a_year_that_no_clock_tells_is_drawn_with_the_year_in_words(year: int) -> None:
    blocks = render(build_new_case(mention=mention(created_at=AT.replace(year=year))))

    assert f"in the year {year}" in str(blocks)
    assert check_message(blocks) == []


def test_a_picture_of_the_author_is_shown_only_where_the_playbook_allows_it() -> None:
    author = {"id": "1", "handle": "marta_", "name": "*Marta*", "avatar": "https://img.example/1.png"}
    case = build_new_case(mention=mention(author=author))
    shown = card.render_case(case, CARE.copy_with(avatars=True), AT)

    assert [one["image_url"] for one in objects(shown.blocks) if one.get("type") == "image"] == [author["avatar"]]
    assert "*Complaint* · *Marta* (@marta) · X · <!date^" in words(shown.blocks)
    assert check_message(shown.blocks, shown.attachments) == []
    assert "image" not in str(render(case))


def test_a_button_with_a_file_of_its_own_says_what_it_does() -> None:
    assert [button.label for button in card.CASE_BUTTONS if button not in BUTTONS and not button.a11y_label] == []


BEFORE = Person(5, AT - timedelta(days=12), AT, 4, "U0ANA", AT - timedelta(days=3), praised=1)
HISTORY = "5th contact in 12 days · 4 answered, last by @ana on 7 Mar · praised once"
BUSY = (OpenCase("c-other", "U0BEN", "care", "C0CARE", "1773133200.000100"),)


@pytest.mark.parametrize("busy", [(), BUSY], ids=["free", "with another case"])
@pytest.mark.parametrize("count", [1, 12, 25, 120])
def test_the_history_of_the_author_is_there_whole_and_a_long_post_gives_way(
    count: int, busy: tuple[OpenCase, ...]
) -> None:
    case = build_new_case(mention=mention(text="lost " * count + "\n" * (count == 25) + "again"))
    author = AuthorContext(BEFORE, busy, {"U0ANA": "ana", "U0BEN": "ben"})
    _, alone, *_ = card.render_case(case, CARE, AT).all_blocks
    _, post, context, _ = card.render_case(case, CARE, AT, author=author).all_blocks
    assert words(context).endswith(HISTORY)
    assert ("@ben has another case of this person" in words(context)) is bool(busy)
    shown, whole = words(post), words(alone)
    assert " ".join(whole.split()).startswith(shown.removesuffix("…"))
    lines = sum(-(-len(line) // WORDS_LINE) for line in whole.split("\n"))
    assert -(-len(shown) // WORDS_LINE) == max(1, lines - 1)
