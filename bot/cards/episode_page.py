"""Answers to `/sentiment episodes` and `/sentiment episode <name>`."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_bullets,
    make_button,
    make_context,
    make_header,
    make_line,
    make_plain_text,
    make_rich_text,
    make_section,
    make_table,
    render_text,
)
from bot.cards.campaign_list import format_start_command
from bot.cards.case_search import SearchQuery
from bot.cards.charts import make_line_chart
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.domain.campaigns.episode_figures import EpisodeFigures, EpisodeRef
from bot.domain.campaigns.episode_review import format_share, list_review_lines
from bot.domain.reports.report import SentimentCounts
from bot.domain.reports.statistics import MIN_SAMPLE
from bot.domain.text import format_count

NAME_LENGTH = 60
COLUMNS = ("When", "Mentions", "Negative", "Negative share (95 % interval)")
PARTS_DRAWN = 3
CHILDREN_SHOWN = 4


def render_episodes(refs: Sequence[EpisodeRef], at: datetime, subject: str) -> RenderedMessage:
    """List them, newest first, each with a button to its page. `subject` is for an example."""
    if not refs:
        return render_text(
            "No episodes yet. Earshot opens one when there are unusually many posts. Managers start a campaign "
            f"with {format_start_command(subject)}."
        )
    return RenderedMessage("Episodes and campaigns", [_render_row(ref, at) for ref in refs])


def _render_row(ref: EpisodeRef, at: datetime) -> Block:
    name = format_ref_name(ref)
    is_over = ref.end is not None and ref.end <= at
    when = f"{format_date(ref.start)} until {format_date(ref.end)}" if is_over and ref.end else ""
    when = when or f"Since {format_date(ref.start)}, still going"
    kind = f"{ref.kind} · {escape(sanitize_line(ref.subject, NAME_LENGTH))}"
    text = f"*{escape(name)}* · {kind}\n{when}"
    view = make_button("View", action_ids.EPISODE_SHOW, ref.id, a11y_label=f"View {name}")
    return make_section(text, accessory=view)


def format_ref_name(ref: EpisodeRef) -> str:
    return sanitize_line(ref.name, NAME_LENGTH).replace("*", "").replace("`", "'")


def render_episode_page(figures: EpisodeFigures) -> RenderedMessage:
    """Return the page: what it was, the review, a table, a chart, and the way to its cases."""
    ref, zone = figures.ref, figures.brand_time.tzinfo
    name = format_ref_name(ref)
    subject, kind = sanitize_line(ref.subject, NAME_LENGTH), ref.kind[0].upper() + ref.kind[1:]
    parent = f" · part of {sanitize_line(ref.parent, NAME_LENGTH)}" if ref.parent else ""
    cases = figures.outcome.total + figures.outcome.unread
    query = SearchQuery(words=name, episode=ref.id).to_json()
    to_cases = [make_button(f"Cases ({cases:,})", action_ids.EPISODE_CASES, query)] if cases else []
    others = [*figures.children[:CHILDREN_SHOWN], *(one for one, _ in figures.alike)]
    blocks = [
        make_header(name),
        make_context(make_plain_text(f"{kind} · {subject} · {_format_times(ref, zone)}{parent}")),
        *_render_chart(figures),
        make_rich_text(make_bullets(*map(make_line, list_review_lines(figures)))),
        *([make_table(COLUMNS, _list_rows(figures))] if figures.has_counts else []),
        make_actions(*to_cases, make_button("All episodes", action_ids.EPISODE_LIST)),
        *(_render_row(one, figures.brand_time) for one in others),
        make_context(f"Counts are all posts about {escape(subject)} in {_format_counted_time(ref)}."),
    ]
    return RenderedMessage(escape(f"{name}: {list_review_lines(figures)[0]}"), blocks)


def _format_counted_time(ref: EpisodeRef) -> str:
    if not ref.is_campaign:
        return "that time"
    return "the whole quarter hours of that time, and none from before or after it. Cases are from the whole campaign"


def _format_times(ref: EpisodeRef, zone: tzinfo | None) -> str:
    edges = [edge.astimezone(zone) for edge in (ref.start, ref.end) if edge]
    times = [f"{edge.day} {edge:%b %Y %H:%M}" for edge in edges]
    return " – ".join(times) if len(times) > 1 else f"since {times[0]}"


def _list_rows(figures: EpisodeFigures) -> list[list[str]]:
    weeks = len(figures.weekdays)
    rows = [("Before", figures.before), ("During", figures.during)]
    rows += [("After", figures.after)] if figures.after else []
    rows += [
        (f"{format_count(week, 'week')} before", one)
        for week, one in zip(range(1, weeks + 1), figures.weekdays, strict=True)
    ]
    rows += [(format_ref_name(ref), counts) for ref, counts in figures.alike]
    return [[name, f"{one.opinion_count:,}", f"{one.negative:,}", format_share(one)] for name, one in rows]


def _render_chart(figures: EpisodeFigures) -> list[Block]:
    """Draw the mentions from before it until after it; nothing of few."""
    splits = [split for _, split in figures.parts]
    if sum(one.opinion_count for one in splits) < MIN_SAMPLE or len(splits) < PARTS_DRAWN:
        return []
    series = {  # the first colour of a palette is often green, which is wrong for what is negative
        "others": [_count_others(one) for one in splits],
        "negative": [one.negative for one in splits],
    }
    return [make_line_chart("Mentions before, during, after", [label for label, _ in figures.parts], series)]


def _count_others(split: SentimentCounts) -> int:
    return split.opinion_count - split.negative
