"""Whatever a stranger writes, a card stays a card."""

import json
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards import case as card
from bot.cards import case_assessment, case_messages, case_search, digests, home, modals, roll_ups, spam, storms
from bot.cards.block_kit import MOST_CHARACTERS, RenderedMessage, is_within_limits
from bot.cards.case_search import SearchQuery, SearchResult
from bot.cards.home_view import DepartmentSummary, HomeView, SourceSummary
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.oncall import OnCallSummary
from bot.cards.sanitize import sanitize_line, sanitize_text
from bot.domain.case import Case, JoinedMention, JoinReason
from bot.domain.cases.queues import CasePage, CaseQueue, QueueCounts
from bot.domain.destination import ToPerson
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.domain.persons.person import AuthorContext
from bot.domain.reports.report import DepartmentFigures
from bot.slack_sandbox.block_kit import check_message, check_view
from tests.cards.samples import (
    AT,
    CARE,
    PR,
    assessment,
    build_claimed_case,
    build_new_case,
    build_resolved_case,
    list_markup,
    mention,
    objects,
    size,
)

MARKER = "zqxj"
NASTY = (
    "<!channel>",
    "<!here|x>",
    "<@U0ANA>",
    "<#C0CARE>",
    "<https://evil.example|your bank>",
    "&lt;!channel&gt;",
    "*bold* _it_ ~no~ `code` ```",
    "\u202egnp.exe",
    "\u2066\u2067",
    "😀" * 700,
    "👩‍👩‍👧‍👦" * 200,
    "ا" * 500,
    "z" + "\u0335" * 400,
    "\x00\x07\x1b[31m",
    "\n\n\n\n" * 50,
    "x" * 50_000,
    ":skull:",
    "\u3164",
    "\U000e0041\U000e0042",
)

words = st.lists(st.one_of(st.text(max_size=200), st.sampled_from(NASTY)), max_size=8).map(
    lambda parts: MARKER + f" {MARKER} ".join(parts)
)


def drawings(case: Case) -> list[RenderedMessage]:
    return [
        card.render_case(case, CARE, AT),
        card.render_moved_notice(case, "pr"),
        card.render_case_fallback(case, CARE, AT),
        digests.render_digest(
            "1773133333333-ABCDEFGH", CARE, [case.copy_with(id=f"CASE{n:04}") for n in range(20)], AT
        ),
        storms.render_claimed_cases(storms.ClaimedCases("17-A", [case] * 30, case.mention.text, AT)),
        case_messages.render_claim_reminder(case, CARE, AT),
        case_messages.render_digest_reminder([case, case], CARE),
        roll_ups.render_case_call(case, CARE, OnCallSnapshot(CARE.on_call), ToPerson("U0RAJ"), AT),
        roll_ups.render_roll_up_end(CARE, case),
        case_messages.render_lease_reminder(case, CARE),
        case_messages.render_lost_claim(case, CARE),
        case_messages.render_joined_notice(case),
        case_messages.render_handed_over(case),
        case_messages.render_claimed(case.copy_with(owner="U0ANA"), CARE),
        case_messages.render_move_suggestion(case, "pr"),
        case_messages.render_moved(case, CARE),
        case_messages.render_brought_back(case, CARE),
        spam.render_spam_page(
            [(f"17-{n}", case.mention, case.assessment) for n in range(8)], 5_000, ZoneInfo("Europe/Berlin"), more=True
        ),
    ]


def forms(case: Case) -> list[dict[str, Any]]:
    origin = ModalMetadata(case.id, "https://hooks.slack.example/actions/" + "x" * 120, "C0CARE")
    return [
        modals.render_resolve_modal(case, origin),
        case_assessment.render_case_explanation(case, None, origin),
        modals.render_resolve_modal(case, origin, facts=case.mention.text),
        storms.render_claim_alike_modal([[case] * 19], case.mention.text, origin),
        storms.render_resolve_many_modal(
            storms.OwnCases([case.copy_with(id=f"CASE{n:04}") for n in range(60)], case.mention.text, AT), origin
        ),
        modals.render_hand_over_modal(case, [CARE, PR], origin),
        modals.render_not_for_us_modal(case, [CARE, PR], origin),
        *(modals.render_correct_modal(case, kind, ["A", "B"], origin) for kind in modals.CORRECTING),
        modals.render_bring_back_modal(case.mention, "1773133333333-0", [CARE, PR], origin),
        modals.render_flag_modal(sanitize_text(case.mention.text), "", [CARE, PR], origin),
        *([modals.render_separate_modal(case, origin)] if case.joined else []),
        home.render_home(build_home(case)),
        case_search.render_search_modal(
            SearchQuery(case.mention.text[:60]), [CARE, PR], origin, "U0ANA", SearchResult(build_page(case, 10), AT)
        ),
        case_search.render_case_modal(case, CARE, AT, None, AuthorContext(), "U0ANA", origin),
    ]


def build_page(case: Case, rows: int) -> CasePage:
    return CasePage((case,) * rows, 10, 10 + rows, 5_000)


def build_home(case: Case) -> HomeView:
    """The largest Home tab that there can be: a manager's, with every list on a later page."""
    on_call = OnCallSummary(CARE, OnCallSnapshot(CARE.on_call), None)
    return HomeView(
        "U0ANA",
        AT,
        is_staff=True,
        is_manager=True,
        departments=tuple(
            DepartmentSummary(CARE.copy_with(name=f"care {number}"), QueueCounts(5_000, 99, 4_000), on_call)
            for number in range(120)
        ),
        assigned=build_page(case, 10),
        queues=tuple((queue, build_page(case, 5)) for queue in CaseQueue),
        figures=(DepartmentFigures("care", 3, 1, 4),) * 40,
        sources=(SourceSummary("x", AT),) * 20,
        health_issues={f"part {number}": "Slack is slow." for number in range(20)},
    )


def hostile(text: str, status: Callable[..., Case]) -> Case:
    author = {"id": "1", "handle": text[:250], "name": text[:400], "followers": 10**9}
    told = {"place": text, "parent": {"author": text, "text": text}, "media": [{"alt": text}] * 9, "rating": 1}
    said = mention(text, author=author, quoted=text, **told, url=f"https://x.example/{sanitize_line(text)[:40]}")
    joined = tuple(JoinedMention(f"x:{n}", text[:300], text[:100], AT, JoinReason.SAME_PERSON) for n in range(20))
    return status(mention=said, assessment=assessment(text[:300]), joined=joined, joined_count=99, note=text[:1000])


@settings(max_examples=60, deadline=None)
@given(text=words, status=st.sampled_from([build_new_case, build_claimed_case, build_resolved_case]))
def test_no_post_breaks_a_drawing_or_reaches_markup(text: str, status: Callable[..., Case]) -> None:
    case = hostile(text, status).copy_with(mention=mention(text))
    for drawing in drawings(case):
        assert check_message(drawing.blocks, drawing.attachments) == []
        assert is_within_limits(drawing.all_blocks)
        assert size(drawing.all_blocks) <= MOST_CHARACTERS * 1.2
        assert MARKER not in list_markup(drawing.all_blocks)
        json.dumps(drawing.all_blocks).encode()


@settings(max_examples=60, deadline=None)
@given(text=words, status=st.sampled_from([build_new_case, build_claimed_case, build_resolved_case]))
def test_no_name_forges_a_mention_a_link_or_a_format(text: str, status: Callable[..., Case]) -> None:
    for drawing in drawings(hostile(text, status)):
        assert check_message(drawing.blocks, drawing.attachments) == []
        for markup in (drawing.text, list_markup(drawing.all_blocks)):
            assert re.sub(r"<!date\^\d+\^[^>|]+\|[^>]+>", "", markup).count("<!") == 0
            assert set(re.findall(r"<[@#]([^>]*)>", markup)) <= {"U0ANA", "C0CARE"}
            assert "<http" not in markup


@settings(max_examples=60, deadline=None)
@given(text=words, status=st.sampled_from([build_new_case, build_claimed_case, build_resolved_case]))
def test_no_post_breaks_a_form(text: str, status: Callable[..., Case]) -> None:
    for view in forms(hostile(text, status)):
        assert check_view(view) == []
        assert MARKER not in list_markup(view["blocks"])


@pytest.mark.parametrize("nasty", ["\u202e", "\u2067", "\u200b", "\x1b", "\x00", "\ufeff", "\U000e0041", "\ud800"])
def test_what_cannot_be_seen_is_not_shown(nasty: str) -> None:
    assert nasty not in sanitize_text(f"a{nasty}b")


@pytest.mark.parametrize("kept", ["👩‍👩‍👧", "می‌خواهم", "Phở", "naïve", "line\nline"])
def test_what_people_really_write_is_kept(kept: str) -> None:
    assert sanitize_text(kept) == kept


def test_every_object_that_may_hold_markup_is_ours() -> None:
    kinds = {one["type"] for one in objects(card.render_case(build_new_case(), CARE, AT).all_blocks) if "type" in one}

    assert "markdown" not in kinds
