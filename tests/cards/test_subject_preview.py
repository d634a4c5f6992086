"""The preview of a subject, as it is read."""

from dataclasses import replace
from datetime import timedelta

from bot.cards.block_kit import is_within_limits
from bot.cards.subject_preview import render_preview
from bot.domain.reports.preview import PostMatches, PreviewQuery, RecentPost, SpellingCount, SubjectPreview
from bot.slack_sandbox.block_kit import check_message
from bot.slack_sandbox.block_text import read_block_text
from tests.cards.samples import AT, build_new_case

HOSTILE = "<!channel> *bold* `code` \u202eevil\n" + "z" * 9_000
EMPTY = SubjectPreview(PreviewQuery(terms=("northwind",)), 1_840, AT - timedelta(days=7), AT, PostMatches())
POST = RecentPost(build_new_case().mention, "Northwind Air", "care")


def read(preview: SubjectPreview) -> str:
    return read_block_text(render_preview(preview).blocks)


def test_it_says_how_many_match_in_which_time_and_what_was_searched() -> None:
    shown = read(replace(EMPTY, found=PostMatches(hits=[POST] * 14)))

    assert "14 of the 1,840 posts that Earshot read in the last 7 days match, about 2 a day." in shown
    assert "Already about “Northwind Air” (14)." in shown
    assert "This searches only what Earshot has read" in shown
    assert "Nothing was changed." in shown


def test_a_short_time_gives_no_number_a_day() -> None:
    shown = read(replace(EMPTY, since=AT - timedelta(hours=3), found=PostMatches(hits=[POST])))

    assert "too short a time to say how many a day" in shown


def test_nothing_found_asks_what_was_meant() -> None:
    shown = read(replace(EMPTY, found=PostMatches(near_misses=[SpellingCount("nortwind", 3)])))

    assert "No match in 1,840 posts that Earshot read in the last 7 days." in shown
    assert "Did you mean “nortwind” (3 posts)?" in shown


def test_before_anything_was_read_it_says_so() -> None:
    assert "has not read any posts yet" in read(replace(EMPTY, searched=0))


def test_hostile_posts_fit_into_a_message_and_forge_nothing() -> None:
    mention = POST.mention.copy_with(text=HOSTILE, url="https://x.example/" + "p" * 900)
    mention = mention.copy_with(author=mention.author.copy_with(handle=HOSTILE[:300]))
    post = RecentPost(mention, HOSTILE[:80], HOSTILE[:60])
    query = PreviewQuery(terms=(HOSTILE[:200],) * 20, exclude=(HOSTILE[:200],))
    found = PostMatches([post] * 400, [post] * 9, [SpellingCount(HOSTILE[:90], 2)] * 3, [SpellingCount("<b>", 1)])
    message = render_preview(replace(EMPTY, query=query, found=found))

    assert check_message(message.blocks) == []
    assert is_within_limits(message.blocks)
    assert "<!channel>" not in str([block for block in message.blocks if block["type"] != "rich_text"])
