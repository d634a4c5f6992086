"""A chart as a PNG, for a Slack that refuses charts of its own: a pure function of the block and of the fonts here."""

import sys
from functools import cache
from importlib import import_module
from typing import Any

from bot.cards.block_kit import Block

WIDTH, HEIGHT = 1200, 540
"""In pixels: twice what Slack shows, for sharp letters."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""As Okabe and Ito chose them for every kind of colour vision (jfly.uni-koeln.de/color). Dashes differ, too."""
DASHES = ("", "8, 4", "2, 4", "12, 4, 2, 4", "4, 2", "1, 6")
FONT = "DejaVu Sans, Liberation Sans, sans-serif"
_LETTER = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{}</svg>'


def draw_chart(block: Block) -> bytes | None:
    """Return the picture of a line chart, on white for both themes; None if no font can write its labels. 0.15 s."""
    if not has_font():
        return None
    chart, pygal = block["chart"], _import_pygal()
    style = import_module("pygal.style").Style(
        background="white",
        plot_background="white",
        colors=COLOURS,
        font_family=FONT,
        title_font_size=22,
        label_font_size=16,
        major_label_font_size=16,
        guide_stroke_color="#dddddd",
        major_guide_stroke_color="#bbbbbb",
        stroke_width=4,
        legend_font_size=18,
    )
    drawing = pygal.Line(
        width=WIDTH,
        height=HEIGHT,
        style=style,
        js=[],
        title=_keep_printable(block["title"]),
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        dots_size=5,
        x_label_rotation=30,
        include_x_axis=True,
    )
    drawing.x_labels = [_keep_printable(label) for label in chart["axis_config"]["categories"]]
    for series, dashes in zip(chart["series"], DASHES, strict=False):
        stroke = {"width": 4, **({"dasharray": dashes} if dashes else {})}
        values = [point["value"] for point in series["data"]]
        drawing.add(_keep_printable(series["name"]), values, stroke_style=stroke)
    return _convert_svg(drawing.render(is_unicode=True))


@cache
def _import_pygal() -> Any:
    """Import it, which takes 0.13 s, without its finder of maps, of which Python 3.11 warns at each later import."""
    pygal = import_module("pygal")
    sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != "pygal"]
    return pygal


def _convert_svg(svg: str) -> bytes:
    resvg: Any = import_module("resvg_py")
    return bytes(resvg.svg_to_bytes(svg_string=svg))


@cache
def has_font() -> bool:
    """Whether a letter leaves a trace: resvg draws none where it finds no font, and says nothing."""
    letter = f'<text y="30" font-family="{FONT}">8</text>'
    return _convert_svg(_LETTER.format(letter)) != _convert_svg(_LETTER.format(""))


def _keep_printable(words: str) -> str:
    """Drop what XML cannot hold."""
    return "".join(letter for letter in words if letter.isprintable())
