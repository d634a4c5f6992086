"""The warning that a campaign may backfire, and what replaces it once somebody says that it does not."""

from collections.abc import Sequence

from bot.cards import action_ids
from bot.cards.block_kit import (
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_link,
    make_quote,
    make_rich_text,
    render_text,
)
from bot.cards.sanitize import escape, sanitize_line
from bot.domain.campaigns.backfire_record import BackfireRecord, BackfireWarning
from bot.domain.campaigns.campaign import fold_name
from bot.domain.campaigns.episode_figures import CAMPAIGN_PREFIX
from bot.domain.spikes.observation import SpikeObservation
from bot.domain.text import format_count, format_percent

NAME_SHOWN, WORDS_SHOWN = 40, 120


def render_backfire(
    record: BackfireRecord, warning: BackfireWarning, posts: Sequence[SpikeObservation]
) -> RenderedMessage:
    asset = f", because of *{_escape_name(warning.asset)}*" if warning.asset else ""
    expected = round(warning.people * warning.usual)
    text = (
        f"⚠️ *{_escape_name(record.name)}* may backfire{asset}: {warning.critics} of {warning.people} people are "
        f"critical in {warning.minutes} min, expected {expected} ({format_percent(100 * warning.usual)})."
    )
    quotes = [
        make_quote(
            make_link(one.url, sanitize_line(one.name, NAME_SHOWN) or "somebody", bold=True),
            f"  {sanitize_line(one.text, WORDS_SHOWN) or '(no words)'}",
        )
        for one in posts
    ]
    bots = f"{format_count(warning.doubtful, 'likely bot')} left out." if warning.doubtful else ""
    name = fold_name(record.name)
    return render_text(
        text,
        *([make_rich_text(*quotes)] if quotes else []),
        *([make_context(bots)] if bots else []),
        make_actions(
            make_button("View campaign", action_ids.EPISODE_OPEN, CAMPAIGN_PREFIX + name),
            make_button("Not a backfire", action_ids.BACKFIRE_MUTE, name),
        ),
    )


def render_backfire_mute(record: BackfireRecord) -> RenderedMessage:
    return render_text(
        f"🔕 <@{record.muted_by}> says that *{_escape_name(record.name)}* isn't backfiring. "
        "Earshot won't warn about this campaign again."
    )


def _escape_name(name: str) -> str:
    return escape(sanitize_line(name, NAME_SHOWN))
