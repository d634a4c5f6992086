"""What becomes of a case whose post its author deletes, and of one whose author asks us to forget it."""

import pytest

from bot.domain.audit import AuditAction
from bot.domain.case import CaseResolution, CaseStatus, JoinedMention, JoinReason
from bot.domain.cases.deadlines import release_to_channel
from bot.domain.cases.deletion_transitions import count_deleted, decide_deletion
from bot.domain.commits import MentionOutcome
from bot.domain.erasure import AUTHOR_DELETION
from bot.domain.mention import DELETED_TEXT, FORGOTTEN_TEXT
from bot.domain.outbox import NotificationKind
from bot.domain.redaction import forget_in_case
from tests.domain.samples import AT, CARE, build_assessment, build_case, build_mention, compute_later

NEW, CLAIMED, RESOLVED = CaseStatus.NEW, CaseStatus.CLAIMED, CaseStatus.RESOLVED
LONG = "you lost the very same bag again, and nobody says a word about it to any of us"


@pytest.mark.parametrize(
    ("status", "intent", "after", "resolution", "told"),
    [
        (NEW, "complaint", RESOLVED, CaseResolution.POST_DELETED, False),
        (NEW, "crisis", NEW, None, False),
        (CLAIMED, "complaint", CLAIMED, None, True),
        (CLAIMED, "crisis", CLAIMED, None, True),
    ],
)
def test_what_becomes_of_a_case_whose_post_is_deleted(
    status: CaseStatus,
    intent: str,
    after: CaseStatus,
    resolution: CaseResolution | None,
    told: bool,  # noqa: FBT001
) -> None:
    case = build_case(status, mention=build_mention(text=LONG), assessment=build_assessment(f"intent:{intent}"))
    decision = decide_deletion(case.mention, case, compute_later(minutes=5))
    assert (decision.case.status, decision.case.resolution) == (after, resolution)
    assert (decision.case.mention.text, decision.case.has_words) == (DELETED_TEXT, False)
    ended = [(AuditAction.RESOLVED, resolution.value)] if resolution else []
    noted = [(AuditAction.POST_DELETED, AUTHOR_DELETION.detail), *ended]
    assert [(one.what, one.detail) for one in decision.events] == noted
    assert decision.case.history[-len(noted) :] == decision.events
    assert any(one.kind is NotificationKind.DELETED for one in decision.notifications) is told
    assert decision.deletion is not None
    assert decision.deletion.phrases == (LONG[:60],)
    assert (decision.is_edit, decision.processed) == (True, None)


def test_a_resolved_case_keeps_how_it_ended() -> None:
    case = build_case(RESOLVED, resolution=CaseResolution.ANSWERED, resolved_at=AT)
    after = decide_deletion(case.mention, case, compute_later(minutes=5)).case
    assert (after.resolution, after.resolved_at, after.mention.text) == (CaseResolution.ANSWERED, AT, DELETED_TEXT)


def test_a_case_is_closed_with_the_last_of_its_posts() -> None:
    copy = JoinedMention("x:2", "@joe", "https://x.example/2", AT, JoinReason.COPY)
    case = build_case(joined=(copy,), joined_count=1)
    without_first = decide_deletion(case.mention, case, AT).case
    assert (without_first.status, without_first.has_words) == (NEW, True)
    decision = decide_deletion(build_mention(id="x:2"), without_first, AT)
    assert (decision.case.status, decision.removed_mentions) == (RESOLVED, ("x:2",))


def test_one_of_more_posts_than_a_case_lists_is_deleted_too() -> None:
    case = build_case(joined_count=400)
    decision = decide_deletion(build_mention(id="x:77"), case, AT)
    assert (decision.case.mention, decision.removed_mentions) == (case.mention, ("x:77",))
    gone = decide_deletion(case.mention, case, AT).case
    assert (gone.status, gone.has_words) == (NEW, True), "hundreds of others still wait"


def test_a_deletion_is_no_request_and_each_keeps_its_own_sentence() -> None:
    case = build_case(CLAIMED)
    asked = forget_in_case(case, frozenset({case.mention.id}), AT)
    assert asked is not None
    assert (asked.case.status, asked.case.resolution) == (RESOLVED, CaseResolution.NO_ACTION)
    assert asked.case.mention.text == FORGOTTEN_TEXT
    again = decide_deletion(case.mention, asked.case, AT)
    assert again.case.mention.text == FORGOTTEN_TEXT
    assert again.deletion is not None
    assert again.deletion.phrases == ()


def test_a_claimed_case_without_words_is_closed_when_it_is_let_go_and_a_crisis_is_not() -> None:
    for intent, status in (("complaint", RESOLVED), ("crisis", NEW)):
        case = build_case(CLAIMED, assessment=build_assessment(f"intent:{intent}"))
        after = release_to_channel(decide_deletion(case.mention, case, AT).case, CARE, compute_later(minutes=9))
        assert (after.status, after.owner) == (status, "")
    assert release_to_channel(build_case(CLAIMED), CARE, AT).status is NEW


def test_the_deletion_of_a_post_without_a_case_is_left_to_the_search() -> None:
    decision = decide_deletion(build_mention(), None, AT)
    assert (decision.after, decision.events, decision.notifications) == (None, (), ())
    assert decision.deletion is not None


def test_a_post_that_was_deleted_before_it_was_processed_is_counted_without_its_words() -> None:
    counted = count_deleted(build_mention(text=LONG), AT).processed
    assert counted is not None
    assert (counted.outcome, counted.mention.text) == (MentionOutcome.TALLIED, DELETED_TEXT)
    assert counted.mention.author.handle == ""
