"""Tables and charts."""

from collections.abc import Mapping
from itertools import chain

from bot.sandbox.blocks.check import (
    At,
    Check,
    Faults,
    by_type,
    flag,
    listed,
    number,
    text,
    thing,
    whole,
    word,
)
from bot.sandbox.blocks.objects import ID
from bot.sandbox.blocks.rich_text import RICH_TEXT
from bot.sandbox.errors import Json

TABLE_CHARACTERS = 10_000
RAW: Mapping[str, Check] = {
    "raw_text": thing({"text": text(TABLE_CHARACTERS)}),
    "raw_number": thing({"value": number}, {"text": text(255)}),
}
CELL = by_type({**RAW, "rich_text": RICH_TEXT})
COLUMN = thing({}, {"align": word("left", "center", "right"), "is_wrapped": flag})


def even_rows(block: Json, at: At) -> Faults:
    if len({len(row) for row in block["rows"]}) > 1:
        yield at.under("rows").fault("all rows must have the same number of cells")


def plain_head(block: Json, at: At) -> Faults:
    for index, cell in enumerate(block["rows"][0]):
        if cell["type"] == "rich_text":
            yield at.under("rows/0").under(index).fault("rich_text is not allowed in the header")


def not_too_much(block: Json, at: At) -> Faults:
    cells = chain.from_iterable(block["rows"])
    if sum(len(str(cell.get("text", ""))) for cell in cells) > TABLE_CHARACTERS:
        yield at.under("rows").fault(f"must be less than {TABLE_CHARACTERS + 1} characters in all cells")


TABLE = thing(
    {"rows": listed(listed(CELL, 1, 20), 1, 100)},
    {"block_id": ID, "column_settings": listed(COLUMN, 1, 20)},
    even_rows,
    not_too_much,
)
DATA_TABLE = thing(
    {"rows": listed(listed(CELL, 1, 20), 2, 101), "caption": text(2000)},
    {"block_id": ID, "page_size": whole(1, 100), "row_header_column_index": whole(0, 19)},
    even_rows,
    plain_head,
    not_too_much,
)

LABEL = text(20)
POINT = thing({"label": LABEL, "value": number})
AXES = thing({"categories": listed(LABEL, 1, 20)}, {"x_label": text(50), "y_label": text(50)})
SERIES = listed(thing({"name": LABEL, "data": listed(POINT, 1, 20)}), 1, 6)


def points_match(chart: Json, at: At) -> Faults:
    """Every series has one point for each category, in that order."""
    names = [series["name"] for series in chart["series"]]
    if len(names) != len(set(names)):
        yield at.under("series").fault("names must be unique")
    categories = chart["axis_config"]["categories"]
    if len(categories) != len(set(categories)):
        yield at.under("axis_config/categories").fault("categories must be unique")
    for index, series in enumerate(chart["series"]):
        if [point["label"] for point in series["data"]] != categories:
            yield at.under("series").under(index).fault("labels must match the categories")


def positive(chart: Json, at: At) -> Faults:
    if any(segment["value"] <= 0 for segment in chart["segments"]):
        yield at.under("segments").fault("values must be more than 0")


PLOT = thing({"series": SERIES, "axis_config": AXES}, {}, points_match)
CHART = by_type(
    {"pie": thing({"segments": listed(POINT, 1, 6)}, {}, positive), "bar": PLOT, "line": PLOT, "area": PLOT}
)
DATA_VISUALIZATION = thing({"title": text(50), "chart": CHART}, {"block_id": ID})
