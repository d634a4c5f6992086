from datetime import UTC, datetime, timedelta

from bot.domain.mention import Mention
from bot.workers.recent_mentions import DAY, MAX_MENTIONS, RecentMentions

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def build_post(number: int, text: str = "where is my suitcase again please", by: str = "") -> Mention:
    author = {"id": by or f"person {number}"}
    return Mention.model_validate({"id": f"x:{number}", "text": text, "created_at": NOON, "author": author})


def test_a_person_who_writes_again_within_a_day_is_known() -> None:
    lately = RecentMentions()
    assert lately.record_mention(build_post(1, by="marta"), NOON).earlier == 0
    assert lately.record_mention(build_post(2, by="marta"), NOON + timedelta(hours=3)).earlier == 1
    assert lately.record_mention(build_post(3, by="marta"), NOON + DAY + timedelta(hours=2)).earlier == 1


def test_nobody_is_the_same_person_twice() -> None:
    lately = RecentMentions()
    lately.record_mention(build_post(1, by="unknown"), NOON)
    assert lately.record_mention(build_post(2, by="unknown"), NOON).earlier == 0


def test_copies_are_counted_by_account_without_links_and_handles() -> None:
    lately = RecentMentions()
    texts = [f"@brand{n} the same few words from all of us https://t.example/{n}" for n in range(4)]
    assert [lately.record_mention(build_post(n, text), NOON).copies for n, text in enumerate(texts)] == [1, 2, 3, 4]
    assert lately.record_mention(build_post(9, texts[0], by="person 0"), NOON).copies == 4


def test_a_mention_told_twice_counts_once() -> None:
    lately = RecentMentions()
    first = lately.record_mention(build_post(1), NOON)
    assert lately.record_mention(build_post(1), NOON) == first


def test_a_wave_stands_out_from_what_is_usual() -> None:
    lately = RecentMentions()
    for number in range(48):
        lately.record_mention(build_post(number), NOON + timedelta(minutes=15 * number))
    later = NOON + timedelta(hours=12)
    for number in range(100, 130):
        found = lately.record_mention(build_post(number), later)
    assert found.recent == 31
    assert 0.9 < found.expected < 1.2


def test_who_has_just_started_takes_nothing_for_a_wave() -> None:
    lately = RecentMentions()
    for number in range(40):
        found = lately.record_mention(build_post(number), NOON)
    assert found.expected == found.recent == 40


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    lately = RecentMentions()
    for number in range(MAX_MENTIONS + 10):
        lately.record_mention(build_post(number, "hello"), NOON)
    assert lately.record_mention(build_post(-1, "hello"), NOON).recent <= MAX_MENTIONS + 11
    assert len(lately._last_day) == MAX_MENTIONS
