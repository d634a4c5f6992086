"""Charts as pictures."""

import struct
import sys
import zlib

import pytest

from bot.cards.block_kit import RenderedMessage, make_mrkdwn, make_section
from bot.cards.chart_picture import COLOURS, HEIGHT, WIDTH, draw_chart, has_font
from bot.cards.charts import describe_chart, drop_charts, has_chart, make_line_chart, replace_charts
from tests.slack_types import ABSENT, find_schema_faults, validator

CHART = make_line_chart("Mentions today", ["09:00", "10:00", "11:00"], {"negative": [1, 7, 2], "positive": [3, 0, 1]})


needs_font = pytest.mark.skipif(not has_font(), reason="No font is installed here, so nobody draws a chart.")


def read_size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def read_colours(png: bytes) -> set[tuple[int, ...]]:
    """The colours of an RGBA picture whose rows are filtered in the five ways that PNG knows."""
    width, height = read_size(png)
    data, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    raw, stride, before, found = zlib.decompress(data), width * 4, bytes(width * 4), set()
    for row in range(height):
        how, line = raw[row * (stride + 1)], bytearray(raw[row * (stride + 1) + 1 : (row + 1) * (stride + 1)])
        for i in range(stride):
            left, up, corner = (line[i - 4], before[i], before[i - 4]) if i >= 4 else (0, before[i], 0)
            guess = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
            line[i] = (line[i] + (0, left, up, (left + up) // 2, guess)[how]) & 255
        before = bytes(line)
        found |= {tuple(before[i : i + 3]) for i in range(0, stride, 4)}
    return found


@needs_font
def test_a_chart_is_drawn_on_white_in_colours_that_everybody_can_tell_apart() -> None:
    png = draw_chart(CHART)
    assert png is not None
    assert read_size(png) == (WIDTH, HEIGHT)
    colours = read_colours(png)
    assert {tuple(bytes.fromhex(colour[1:])) for colour in COLOURS[:2]} | {(255, 255, 255)} <= colours


@needs_font
def test_the_library_leaves_no_import_hook_behind() -> None:
    """Each later import of a new module would end in a warning, which is an error in tests."""
    draw_chart(CHART)
    assert not [one for one in sys.meta_path if type(one).__module__ == "pygal"]


def test_the_same_figures_are_the_same_picture() -> None:
    assert draw_chart(CHART) == draw_chart(CHART)


@needs_font
@pytest.mark.parametrize("words", ["<script>&\x00\x1b]\ud800", "x" * 400, "", "لا \u202e إله"])
def test_hostile_words_are_only_words(words: str) -> None:
    assert draw_chart(make_line_chart(f"of {words}", [words, "b"], {words or "n": [1, 2]})) is not None


def test_a_message_with_a_picture_is_one_that_slack_knows() -> None:
    """Charts are not in the published types yet, pictures are."""
    if validator("message") is None:
        pytest.skip(ABSENT)
    shown = replace_charts(RenderedMessage("Today", [CHART]), ["F7"])
    assert find_schema_faults("message", {"blocks": shown.blocks}) == []


def test_words_beside_the_picture_say_what_it_shows() -> None:
    message = RenderedMessage("Today", [make_section(make_mrkdwn("Today")), CHART])
    shown = replace_charts(message, ["F7"])
    assert has_chart(message)
    assert not has_chart(shown)
    assert shown.blocks[1]["slack_file"] == {"id": "F7"}
    assert shown.blocks[1]["alt_text"] == describe_chart(CHART)
    assert describe_chart(CHART) == ("Mentions today. negative: at most 7, at 10:00, positive: at most 3, at 09:00")
    assert drop_charts(message).blocks == message.blocks[:1]
