"""The card of a spike episode: what is unusual, since when, by whom, and the review once it is over."""

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_context,
    make_date,
    make_header,
    make_line,
    make_link,
    make_overflow_menu,
    make_plain_text,
    make_quote,
    make_rich_text,
    make_run,
    make_section,
)
from bot.cards.modal_blocks import make_option, render_facts
from bot.cards.paging import render_acknowledge_button, render_escalation
from bot.cards.sanitize import escape, format_date, sanitize_line, sanitize_url
from bot.cards.similar_posts import drop_similar_samples
from bot.cards.storms import format_progress, list_storm_buttons
from bot.domain.paging.context import PageContext
from bot.domain.paging.page import Page
from bot.domain.spikes.detector import SpikeKind
from bot.domain.spikes.episode import Episode, SamplePost
from bot.domain.storm import NO_CASES, StormProgress
from bot.domain.text import format_count, format_duration

ATTEMPTS_SHOWN = 1
WORDS_SHOWN = 2
SAMPLES_SHOWN = 2
SAMPLE_LENGTH = 55
"""Characters, which fit on one line."""
NAME_SHOWN = 40
COUNTED = {
    SpikeKind.NEGATIVE: "negative",
    SpikeKind.TOPIC: "negative about the same thing",
    SpikeKind.SHARE: "complaints",
    SpikeKind.VOLUME: "posts, not critical of you",
    SpikeKind.BOUGHT: "negative from likely bots",
}


def render_spike(episode: Episode, page: Page | None = None, progress: StormProgress = NO_CASES) -> RenderedMessage:
    """`progress`: of the cases that belong to it."""
    notes = _list_spike_notes(episode)
    blocks = [
        make_header(f"{_pick_spike_emoji(episode)} {format_spike_title(episode)}"),
        make_rich_text(_render_spike_summary(episode)),
        *([make_section(_format_spike_review(episode))] if episode.is_over else []),
        *([make_context(" ".join(notes))] if notes else []),
        *render_facts(episode.facts, episode.facts_by),
        *([make_section(format_progress(progress))] if progress.total else []),
        *render_escalation(page, ATTEMPTS_SHOWN),
        *_render_spike_samples(episode),
        *_render_spike_buttons(episode, page, progress),
    ]
    return RenderedMessage(format_spike_headline(episode), blocks)


def render_spike_fallback(episode: Episode) -> RenderedMessage:
    """Return the card as simple blocks, for when Slack rejects the others."""
    return RenderedMessage(
        format_spike_headline(episode),
        [make_section(make_plain_text(f"{format_spike_title(episode)}\n{describe_spike(episode)}", 600))],
    )


def format_spike_headline(episode: Episode) -> str:
    """Return the text for notifications: mrkdwn with untrusted words escaped."""
    return f"{_pick_spike_emoji(episode)} {escape(format_spike_title(episode))}: {describe_spike(episode)}"


def format_spike_title(episode: Episode) -> str:
    """Return `Spike · Northwind · “on hold”, “refund”`, with untrusted words, for plain text."""
    words = ", ".join(f"“{sanitize_line(word, NAME_SHOWN)}”" for word in episode.words[:WORDS_SHOWN])
    state = "Over" if episode.is_over else "Spike"
    return " · ".join(part for part in (state, sanitize_line(episode.subject, 60), words) if part)


def describe_spike(episode: Episode) -> str:
    """Say what is unusual at its peak so far, without untrusted words."""
    peak = episode.peak
    what = f"{peak.posts:,} {COUNTED[peak.kind]} in {_format_window_length(peak.minutes)}"
    people = format_count(peak.voices, "person", "people")
    return f"{what} from {people}, usually {_format_expected_count(peak.usual)}"


def _format_window_length(minutes: int) -> str:
    return f"{minutes} min" if minutes <= 60 else f"{minutes // 60} h"


def _format_expected_count(voices: float) -> str:
    return f"{voices:,.0f}" if voices >= 0.5 else "none"


def _pick_spike_emoji(episode: Episode) -> str:
    if episode.is_over:
        return "🏁"
    if episode.kind is SpikeKind.BOUGHT:
        return "🎭"
    return "🚨" if episode.paged_at else "🌊"


def _render_spike_summary(episode: Episode) -> Block:
    first = episode.firsts[0] if episode.firsts else None
    runs = [make_run(describe_spike(episode), bold=True), make_run(" · since ")]
    if first is not None:
        runs += [make_link(first.url, sanitize_line(first.name, NAME_SHOWN) or "somebody"), make_run(", ")]
    return make_line(*runs, make_date(episode.started_at, "{time}"))


def _format_peak_time(episode: Episode) -> str:
    peak = episode.peak
    return (
        f"Peak: {format_count(peak.voices, 'person', 'people')} in {_format_window_length(peak.minutes)}, "
        f"{format_date(peak.at, '{time}')}."
    )


def _format_spike_review(episode: Episode) -> str:
    """Return the review in six lines."""
    ended = episode.ended_at or episode.unusual_at
    noticed = format_duration(episode.opened_at - episode.started_at)
    others = episode.doubtful_voices
    lines = (
        (
            f"*Over*: {format_duration(ended - episode.started_at)}, {format_date(episode.started_at)} to "
            f"{format_date(ended, '{time}')}."
        ),
        f"{format_count(episode.posts, 'post')} from {format_count(episode.voices, 'person', 'people')}.",
        f"{_format_peak_time(episode)} Usual at that time: {_format_expected_count(episode.peak.usual)}.",
        f"Noticed {noticed} after its first post. {_format_spike_paging(episode)}",
        f"{format_count(episode.as_cases, 'post')} became cases.",
        f"{format_count(others, 'likely bot')} posted, too." if others else "No likely bots.",
    )
    return "\n".join(lines)


def _format_spike_paging(episode: Episode) -> str:
    if episode.paged_at:
        return f"📟 Paged at {format_date(episode.paged_at, '{time}')}."
    return f"Nobody paged: {escape(episode.unpaged)}."


def _list_spike_notes(episode: Episode) -> list[str]:
    """Return what the review does not say: how far it has come, and who knows of it."""
    notes = []
    if not episode.is_over:
        people = format_count(episode.voices, "person", "people")
        notes.append(f"*Still going.* {format_count(episode.posts, 'post')} so far from {people}.")
        notes.append(_format_spike_paging(episode))
        if episode.doubtful_voices:
            notes.append(f"{format_count(episode.doubtful_voices, 'likely bot')} posted, too. Likely bots page nobody.")
    if episode.planned:
        name = escape(sanitize_line(episode.planned, NAME_SHOWN))
        is_volume = episode.kind is SpikeKind.VOLUME
        more = "“Usually” is what was expected with it" if is_volume else "It excuses no criticism"
        notes.append(f"Planned: *{name}*. {more}.")
    return notes


def _render_spike_samples(episode: Episode) -> list[Block]:
    """Return the beginning of two posts that say different things."""
    shown = drop_similar_samples(episode.samples or episode.firsts)[:SAMPLES_SHOWN]
    return [make_rich_text(*map(_render_sample, shown))] if shown else []


def _render_sample(sample: SamplePost) -> Block:
    name = sanitize_line(sample.name, NAME_SHOWN) or "somebody"
    words = sanitize_line(sample.text, SAMPLE_LENGTH) or "(no words)"
    return make_quote(make_link(sample.url, name, bold=True), f"  {words}")


def _render_spike_buttons(episode: Episode, page: Page | None, progress: StormProgress) -> list[Block]:
    """Return one row: what is next as buttons, the rest in the menu."""
    options = []
    if progress.total and not progress.is_finished:
        options.append(make_option("Facts…", action_ids.encode_menu_choice(action_ids.EDIT_FACTS, episode.id)))
    if not episode.is_over:
        declare = action_ids.encode_menu_choice(action_ids.CRISIS_DECLARE, episode.id)
        options.append(make_option("Declare a crisis…", declare))
    menu = [make_overflow_menu(action_ids.CASE_MENU, options)] if options else []
    row = [*render_acknowledge_button(page), *list_storm_buttons(episode.id, progress), *menu]
    return [make_actions(*row)] if row else []


def build_spike_page_context(episode: Episode, link: str) -> PageContext:
    """Return what a page says about a spike: its numbers and one post."""
    sample = next(iter((*episode.samples, *episode.firsts)), None)
    return PageContext(
        headline=f"Spike at {sanitize_line(episode.subject, 60)}",
        severity_text=describe_spike(episode),
        since=episode.started_at,
        location=episode.department,
        author=sample.name if sample else "",
        quote=sample.text if sample else "",
        card_link=link,
        url=sanitize_url(sample.url) if sample else "",
    )
