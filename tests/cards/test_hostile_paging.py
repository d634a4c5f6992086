"""Whatever strangers and colleagues write, what is drawn at night stays what it is: episode, page, crisis, drill, note."""

import re
from datetime import timedelta

from hypothesis import given, settings

from bot.cards import crises, drills, page_text, paging, shift_summary, spikes
from bot.cards.block_kit import RenderedMessage, is_within_limits
from bot.domain.crises import transitions
from bot.domain.crisis import Crisis, CrisisDeclaration, CrisisOrigin, CrisisPlan, MentionCounts, SentimentOutcome
from bot.domain.destination import parse_callee
from bot.domain.drills import Drill
from bot.domain.paging.context import PageContext
from bot.domain.paging.page import CauseKind, ContactMethod, Page, PageAttempt, PageCause, Severity, open_page
from bot.domain.shift_summary import ShiftSummary
from bot.domain.spikes.detector import SpikeKind
from bot.domain.spikes.episode import Episode, SamplePost, SpikePeak
from bot.slack_sandbox.block_kit import check_message
from tests.cards.samples import AT, build_new_case, list_markup, mention
from tests.cards.test_hostile import MARKER, words

LATER = AT + timedelta(minutes=40)
PAGE = open_page(PageCause(CauseKind.CASE, "c1"), Severity.SEV1, "care", AT)
OURS = {"U0ANA", "U0BEN", "C0ROOM"}


def an_episode(text: str) -> Episode:
    sample = SamplePost("x:1", text[:300], f"https://x.example/{MARKER}", text, AT)
    height = SpikePeak(31, 27, 15, 2.0, AT, SpikeKind.TOPIC)
    said = tuple(text[n : n + 60] for n in (0, 60, 120))
    return Episode(
        id="ep-1", subject="Northwind Air", department="care", kind=SpikeKind.TOPIC, words=said, begun=height, peak=height,
        firsts=(sample,) * 3, samples=(sample,) * 3, posts=31, started_at=AT, opened_at=AT,
        unusual_at=AT, written_at=AT,
    )  # fmt: skip


def a_crisis(text: str) -> Crisis:
    """Declared, talked about, pinned in and closed by colleagues who paste what strangers say."""
    declaration = CrisisDeclaration(Severity.SEV1, text[:150], "care", "U0ANA", "U0BEN")
    found = transitions.declare_crisis(
        declaration, CrisisOrigin(AT), CrisisPlan(checklist=(text[:300],)), "U0ANA", AT
    ).after
    found = transitions.assign_channel(found, "C0ROOM", "", AT).after
    found = transitions.update_crisis(found, f"it is {text}"[:500], CrisisPlan(), "U0BEN", AT).after
    found = transitions.record_pin(found, "1.1", text, "U0BEN", AT).after
    return transitions.complete_checklist_item(found, 0, "U0ANA", AT).after


def by_strangers(text: str) -> list[RenderedMessage]:
    found, case = (
        an_episode(text),
        build_new_case(mention=mention(text, author={"id": "1", "handle": text[:200] or "x"})),
    )
    over = found.copy_with(ended_at=LATER)
    attempt = PageAttempt(1, 1, ContactMethod.SLACK, "U0ANA", AT)
    contexts: list[PageContext] = [
        page_text.build_case_page_context(case, ""),
        spikes.build_spike_page_context(found, ""),
    ]
    return [
        *(spikes.render_spike(one, page) for one in (found, over) for page in (None, PAGE)),
        spikes.render_spike_fallback(found),
        *(paging.render_open_page(PAGE, context, parse_callee(attempt.person)) for context in contexts),
        shift_summary.render_shift_summary(ShiftSummary("care", AT, episodes=(found, over), pages=(PAGE,)))
        or RenderedMessage("", []),
        shift_summary.render_hand_over_summary(ShiftSummary("care", AT, episodes=(found,)), "U0ANA")
        or RenderedMessage("", []),
    ]


def by_colleagues(text: str) -> list[RenderedMessage]:
    found = a_crisis(text)
    numbers = MentionCounts(9, 5)
    closed = transitions.close_crisis(found, SentimentOutcome(numbers, numbers, numbers), "U0ANA", LATER).after
    attempt = PageAttempt(1, 1, ContactMethod.SLACK, "U0ANA", AT)
    drill = Drill(department="R&D <ops>", opened_at=AT, page="p1", missed_at=AT, why="nobody answered")
    return [
        *(
            draw(one, PAGE)
            for one in (found, closed)
            for draw in (crises.render_crisis_card, crises.render_crisis_plan)
        ),
        crises.render_crisis_declared(found),
        crises.render_crisis_update(found, 1),
        crises.render_update_due(found),
        crises.render_crisis_review(closed),
        crises.render_declare_receipt(found),
        crises.render_open_crises([found, closed]),
        paging.render_open_page(PAGE, crises.build_crisis_page_context(found, ""), parse_callee(attempt.person)),
        shift_summary.render_shift_summary(ShiftSummary("care", AT, crises=(found,), missed=drill))
        or RenderedMessage("", []),
        *(
            draw(drill, page)
            for draw in (drills.render_drill_receipt, drills.render_drill_missed)
            for page in (None, PAGE)
        ),
        drills.render_drill_started(drill),
    ]


def assert_no_forged_markup(drawing: RenderedMessage) -> None:
    assert check_message(drawing.blocks) == []
    assert is_within_limits(drawing.blocks)
    for markup in (drawing.text, list_markup(drawing.blocks)):
        assert re.sub(r"<!date\^\d+\^[^>|]+\|[^>]+>", "", markup).count("<!") == 0
        assert set(re.findall(r"<[@#]([^>]*)>", markup)) <= OURS
        assert "<http" not in markup


@settings(max_examples=60, deadline=None)
@given(text=words)
def test_what_strangers_say_at_night_is_plain_text_in_every_drawing(text: str) -> None:
    for drawing in by_strangers(text):
        assert_no_forged_markup(drawing)
        assert MARKER not in list_markup(drawing.blocks)


@settings(max_examples=60, deadline=None)
@given(text=words)
def test_what_colleagues_paste_pings_and_links_nothing(text: str) -> None:
    for drawing in by_colleagues(text):
        assert_no_forged_markup(drawing)


@settings(max_examples=60, deadline=None)
@given(text=words)
def test_what_a_phone_is_told_of_a_spike_is_short_and_has_no_link_of_a_strangers(text: str) -> None:
    context = spikes.build_spike_page_context(an_episode(text), "")
    page: Page = PAGE.copy_with(cause=PageCause(CauseKind.EPISODE, "ep-1"))
    assert MARKER not in page_text.format_spoken_page(page, context) + page_text.format_text_message(page, context)
    assert "evil.example" not in page_text.format_page_body(context, "https://earshot.example/acknowledge/x")
