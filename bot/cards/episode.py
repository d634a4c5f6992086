"""The card of an episode: what is unusual, since when, by whom, and its review when it is over."""

from bot.cards import buttons, drawing, pages
from bot.cards.drawing import Block, Drawing
from bot.cards.words import escape, harmless, moment, one_line, safe_url
from bot.domain.episode import Episode, SamplePost, SpikePeak
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import Page
from bot.domain.spikes.watch import SpikeKind
from bot.domain.words import format_count, format_duration

SAMPLE_SHOWN = 200
NAME_SHOWN = 40
COUNTED = {
    SpikeKind.NEGATIVE: "negative",
    SpikeKind.TOPIC: "negative about the same thing",
    SpikeKind.SHARE: "complaints",
    SpikeKind.VOLUME: "posts, not against us",
    SpikeKind.BOUGHT: "negative by accounts that do not look like people's",
}


def draw(episode: Episode, page: Page | None = None) -> Drawing:
    blocks = [
        drawing.header(f"{_mark(episode)} {title(episode)}"),
        drawing.rich_text(_line(episode)),
        drawing.section(drawing.mrkdwn(_review(episode) if episode.is_over else _standing(episode))),
        drawing.context(drawing.mrkdwn("\n".join(_notes(episode)))),
        *(found for found in [pages.ladder(page)] if found),
        *_samples(episode),
        *_buttons(episode, page),
    ]
    return Drawing(headline(episode), blocks)


def plain(episode: Episode) -> Drawing:
    """In the plainest blocks there are, for when Slack refuses the others."""
    return Drawing(headline(episode), [drawing.section(drawing.plain(f"{title(episode)}\n{unusual(episode)}", 600))])


def headline(episode: Episode) -> str:
    """What a notification shows: mrkdwn, strangers escaped."""
    return f"{_mark(episode)} {escape(title(episode))}: {unusual(episode)}"


def title(episode: Episode) -> str:
    """`Spike · Northwind · “on hold”, “refund”`: words as strangers wrote them, for plain text."""
    words = ", ".join(f"“{one_line(word, NAME_SHOWN)}”" for word in episode.words)
    state = "Over" if episode.is_over else "Spike"
    return " · ".join(part for part in (state, one_line(episode.subject, 60), words) if part)


def unusual(episode: Episode) -> str:
    """What is unusual, at its peak so far: our own words and numbers alone."""
    return f"{_height(episode.peak)}; {format_count(episode.peak.voices, 'person', 'people')}"


def _height(height: SpikePeak) -> str:
    return f"{height.posts:,} {COUNTED[height.kind]} in {_minutes(height.minutes)}, usually {_usually(height.usual)}"


def _minutes(minutes: int) -> str:
    return f"{minutes} min" if minutes <= 60 else f"{minutes // 60} h"


def _usually(voices: float) -> str:
    return f"{voices:,.0f}" if voices >= 0.5 else "none"


def _mark(episode: Episode) -> str:
    if episode.is_over:
        return "🏁"
    if episode.kind is SpikeKind.BOUGHT:
        return "🎭"
    return "🚨" if episode.paged_at else "🌊"


def _line(episode: Episode) -> Block:
    first = episode.firsts[0] if episode.firsts else None
    runs = [drawing.run(unusual(episode), bold=True), drawing.run("; since ")]
    if first is not None:
        runs += [drawing.link(first.url, one_line(first.name, NAME_SHOWN) or "somebody"), drawing.run(", ")]
    return drawing.line(*runs, drawing.when(episode.started_at, "{time}"))


def _standing(episode: Episode) -> str:
    so_far = f"So far {format_count(episode.posts, 'post')} by {format_count(episode.voices, 'person', 'people')}"
    return f"*Going on.* {so_far}. {_peak(episode)}"


def _peak(episode: Episode) -> str:
    peak = episode.peak
    return (
        f"Peak: {format_count(peak.voices, 'person', 'people')} in {_minutes(peak.minutes)}, "
        f"{moment(peak.at, '{time}')}."
    )


def _review(episode: Episode) -> str:
    """In six lines."""
    ended = episode.ended_at or episode.unusual_at
    noticed = format_duration(episode.opened_at - episode.started_at)
    others = episode.doubtful_voices
    lines = (
        (
            f"*Over*: {format_duration(ended - episode.started_at)}, {moment(episode.started_at)} to "
            f"{moment(ended, '{time}')}."
        ),
        f"{format_count(episode.posts, 'post')} by {format_count(episode.voices, 'person', 'people')}.",
        f"{_peak(episode)} Usual at that time: {_usually(episode.peak.usual)}.",
        f"Noticed {noticed} after its first post. {_paged(episode)}",
        f"{format_count(episode.as_cases, 'post')} of them went to a department as cases.",
        f"{format_count(others, 'account')} beside them did not look like people's."
        if others
        else "All accounts looked like people's.",
    )
    return "\n".join(lines)


def _paged(episode: Episode) -> str:
    if episode.paged_at:
        return f"📟 Paged at {moment(episode.paged_at, '{time}')}."
    return f"Nobody was paged: {escape(episode.unpaged)}."


def _notes(episode: Episode) -> list[str]:
    notes = [f"Episode {episode.id} · {_paged(episode)}"]
    if episode.learning:
        notes.append("Still learning what is usual here: in its first days Earshot asks for more before it says spike.")
    if episode.planned:
        name = escape(one_line(episode.planned, NAME_SHOWN))
        more = (
            "“usually” is what was expected with it"
            if episode.kind is SpikeKind.VOLUME
            else "that never excuses criticism"
        )
        notes.append(f"Beside *{name}*, which was planned: {more}.")
    if episode.doubtful_voices and not episode.is_over:
        notes.append(
            f"{format_count(episode.doubtful_voices, 'account')} in it do not look like people's; they wake nobody."
        )
    return notes


def _samples(episode: Episode) -> list[Block]:
    shown = episode.samples or episode.firsts
    parts: list[Block] = []
    for sample in shown:
        parts += [_who(sample), drawing.quote(drawing.run(harmless(sample.text, SAMPLE_SHOWN) or "(no words)"))]
    return [drawing.rich_text(*parts)] if parts else []


def _who(sample: SamplePost) -> Block:
    name = one_line(sample.name, NAME_SHOWN) or "somebody"
    return drawing.line(drawing.link(sample.url, name, bold=True), drawing.run(" · "), drawing.when(sample.at))


def _buttons(episode: Episode, page: Page | None) -> list[Block]:
    url = episode.firsts[0].url if episode.firsts else ""
    first = drawing.button("Open first post", buttons.OPEN_POST, url=url)
    declare = drawing.button("Declare a crisis…", buttons.CRISIS_DECLARE, episode.id)
    own = [] if episode.is_over else [declare]
    row = [*pages.press(page), *own, *([first] if "url" in first else [])]
    return [drawing.actions(*row)] if row else []


def matter(episode: Episode, link: str) -> PageContext:
    """What somebody who is called has to know of a spike: our own words and numbers, and one post of it."""
    sample = next(iter((*episode.samples, *episode.firsts)), None)
    return PageContext(
        headline=f"Spike at {one_line(episode.subject, 60)}",
        severity_text=unusual(episode),
        since=episode.started_at,
        location=episode.department,
        author=sample.name if sample else "",
        quote=sample.text if sample else "",
        card_link=link,
        url=safe_url(sample.url) if sample else "",
    )
