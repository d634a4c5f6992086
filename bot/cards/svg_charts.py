"""Charts as SVG for pages outside of Slack: pure functions of figures.

Each part has a class, so that the page's style chooses the colours for light, dark and paper. The figures stand beside
them in words, and each mark has a title for who points at it or has it read aloud.
"""

import html
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.cards.sanitize import sanitize_keep_spaces, truncate

WIDTH, HEIGHT = 720, 240
LEFT, TOP, BOTTOM, SCALE = 46, 14, 44, 28
"""Margins of the bars: for the scale, its highest line, and two rows of labels; and room for the scale of shares."""
LABELS_SHOWN = 10
LETTER = 6.8
"""About the width of one in a label, with a little air."""
BAR_MOST = 44
ROW, NAME_WIDTH, VALUE_WIDTH = 30, 190, 190
"""Of a chart of shares: the height of a row, the room of its name and of its figures."""
NAME_LENGTH = 28


class ShareRow(NamedTuple):
    """A share and its 95 % interval, in percent; `words` say the same."""

    name: str
    share: float
    low: float
    high: float
    words: str


def draw_bars(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> str:
    """Return a bar for each label. The names of the series are classes, too; the first is at the bottom."""
    totals = [sum(values) for values in zip(*series.values(), strict=True)]
    top = _find_scale_top(max(totals, default=0))
    height, band = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT) / max(1, len(labels))
    bar = min(BAR_MOST, band * 0.72)
    drawn = []
    for count in dict.fromkeys((0, top // 2, top)):
        y = HEIGHT - BOTTOM - height * count / top
        drawn.append(_draw_line("grid", LEFT, y, WIDTH, y) + _draw_text(f"{count:,}", LEFT - 8, y + 4, "end"))
    for nth, label in enumerate(labels):
        middle, y = LEFT + band * (nth + 0.5), float(HEIGHT - BOTTOM)
        shown = ", ".join(f"{values[nth]:,} {name}" for name, values in series.items())
        drawn.append(f"<g><title>{_escape(f'{label}: {shown}')}</title>")
        for name, values in series.items():
            size = height * values[nth] / top
            y -= size
            if values[nth]:
                x = middle - bar / 2
                drawn.append(f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{bar:.1f}" height="{size:.1f}"/>')
        drawn.append("</g>")
    drawn += _draw_labels(labels, [LEFT + band * (nth + 0.5) for nth in range(len(labels))])
    return _make_chart(title, HEIGHT, drawn)


def _draw_labels(labels: Sequence[str], middles: Sequence[float]) -> list[str]:
    """Write those that say more than the others first, such as the day on which a campaign starts, in two rows.

    Of the rest, at most `LABELS_SHOWN` are written, in the first row where there is room.
    """
    fewest, every = min(map(_count_words, labels), default=0), -(-len(labels) // LABELS_SHOWN)
    longer = [nth for nth, label in enumerate(labels) if _count_words(label) > fewest]
    drawn, rows = [], (list[tuple[float, float]](), list[tuple[float, float]]())
    for nth in (*longer, *(one for one in range(0, len(labels), every) if one not in longer)):
        half = len(labels[nth]) * LETTER / 2
        middle = min(max(middles[nth], half), WIDTH - half)
        for row, taken in enumerate(rows if nth in longer else rows[:1]):
            if all(abs(middle - other) > half + its_half for other, its_half in taken):
                taken.append((middle, half))
                drawn.append(_draw_text(labels[nth], middle, HEIGHT - 24 + 16 * row, "middle"))
                break
    return drawn


def _count_words(label: str) -> int:
    return len(label.split())


def draw_shares(title: str, rows: Sequence[ShareRow]) -> str:
    """Return a row for each share: a point with its interval on a scale from 0 to 100 %."""
    height, scale = ROW * len(rows) + SCALE, WIDTH - NAME_WIDTH - VALUE_WIDTH
    drawn = []
    for percent in (0, 50, 100):
        x = NAME_WIDTH + scale * percent / 100
        drawn.append(_draw_line("grid", x, 4, x, height - SCALE))
        drawn.append(_draw_text(f"{percent} %", x, height - 8, "middle"))
    for nth, row in enumerate(rows):
        y = ROW * (nth + 0.5)
        low, share, high = (NAME_WIDTH + scale * value / 100 for value in (row.low, row.share, row.high))
        drawn += [
            f"<g><title>{_escape(f'{row.name}: {row.words}')}</title>",
            _draw_text(truncate(row.name, NAME_LENGTH), NAME_WIDTH - 12, y + 4, "end"),
            _draw_line("interval", low, y, high, y),
            f'<circle class="negative" cx="{share:.1f}" cy="{y:.1f}" r="5"/>',
            _draw_text(row.words, WIDTH - VALUE_WIDTH + 18, y + 4, "start") + "</g>",
        ]
    return _make_chart(title, height, drawn)


def _find_scale_top(most: int) -> int:
    """Return the first even number of two digits that counts up to `most` fit below."""
    step = 2
    while step * 10 < most:
        step *= 10
    return max(2, -(-most // step) * step)


def _make_chart(title: str, height: int, drawn: Sequence[str]) -> str:
    head = f'<svg role="img" aria-label="{_escape(title)}" viewBox="0 0 {WIDTH} {height}">'
    return f"{head}{''.join(drawn)}</svg>"


def _draw_line(name: str, x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line class="{name}" x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"/>'


def _draw_text(words: str, x: float, y: float, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{_escape(words)}</text>'


def _escape(words: str) -> str:
    return html.escape(sanitize_keep_spaces(words))
