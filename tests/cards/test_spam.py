"""The list of recent spam."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.cards.spam import render_spam_page
from bot.domain.assessment import Assessment
from bot.domain.mention import Mention


def test_a_time_is_that_of_the_brand() -> None:
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    mention = Mention(id="x:1", source="x", text="win a prize", created_at=at)
    page = render_spam_page([("17-0", mention, Assessment())], 1, ZoneInfo("Europe/Berlin"), more=False)
    assert "2 Jul, 00:30 CEST: win a prize" in str(page.blocks)
