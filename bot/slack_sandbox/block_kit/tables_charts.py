"""Tables and charts."""

from collections.abc import Mapping
from itertools import chain

from bot.slack_sandbox.block_kit.objects import ID, RICH_TEXT
from bot.slack_sandbox.block_kit.schema import (
    BodyLocation,
    Check,
    Faults,
    check_by_type,
    check_enum,
    check_flag,
    check_int,
    check_list,
    check_number,
    check_object,
    check_text,
)
from bot.slack_sandbox.slack_errors import Json

TABLE_CHARACTERS = 10_000
RAW: Mapping[str, Check] = {
    "raw_text": check_object({"text": check_text(TABLE_CHARACTERS)}),
    "raw_number": check_object({"value": check_number}, {"text": check_text(255)}),
}
CELL = check_by_type({**RAW, "rich_text": RICH_TEXT})
COLUMN = check_object({}, {"align": check_enum("left", "center", "right"), "is_wrapped": check_flag})


def require_even_rows(block: Json, at: BodyLocation) -> Faults:
    if len({len(row) for row in block["rows"]}) > 1:
        yield at.enter_key("rows").format_fault("all rows must have the same number of cells")


def forbid_rich_header(block: Json, at: BodyLocation) -> Faults:
    for index, cell in enumerate(block["rows"][0]):
        if cell["type"] == "rich_text":
            yield at.enter_key("rows/0").enter_key(index).format_fault("rich_text is not allowed in the header")


def limit_table_text(block: Json, at: BodyLocation) -> Faults:
    cells = chain.from_iterable(block["rows"])
    if sum(len(str(cell.get("text", ""))) for cell in cells) > TABLE_CHARACTERS:
        yield at.enter_key("rows").format_fault(f"must be less than {TABLE_CHARACTERS + 1} characters in all cells")


TABLE = check_object(
    {"rows": check_list(check_list(CELL, 1, 20), 1, 100)},
    {"block_id": ID, "column_settings": check_list(COLUMN, 1, 20)},
    require_even_rows,
    limit_table_text,
)
DATA_TABLE = check_object(
    {"rows": check_list(check_list(CELL, 1, 20), 2, 101), "caption": check_text(2000)},
    {"block_id": ID, "page_size": check_int(1, 100), "row_header_column_index": check_int(0, 19)},
    require_even_rows,
    forbid_rich_header,
    limit_table_text,
)

LABEL = check_text(20)
POINT = check_object({"label": LABEL, "value": check_number})
AXES = check_object({"categories": check_list(LABEL, 1, 20)}, {"x_label": check_text(50), "y_label": check_text(50)})
SERIES = check_list(check_object({"name": LABEL, "data": check_list(POINT, 1, 20)}), 1, 6)


def require_matching_points(chart: Json, at: BodyLocation) -> Faults:
    """Require one point for each category in every series, in that order."""
    names = [series["name"] for series in chart["series"]]
    if len(names) != len(set(names)):
        yield at.enter_key("series").format_fault("names must be unique")
    categories = chart["axis_config"]["categories"]
    if len(categories) != len(set(categories)):
        yield at.enter_key("axis_config/categories").format_fault("categories must be unique")
    for index, series in enumerate(chart["series"]):
        if [point["label"] for point in series["data"]] != categories:
            yield at.enter_key("series").enter_key(index).format_fault("labels must match the categories")


def require_positive_values(chart: Json, at: BodyLocation) -> Faults:
    if any(segment["value"] <= 0 for segment in chart["segments"]):
        yield at.enter_key("segments").format_fault("values must be more than 0")


PLOT = check_object({"series": SERIES, "axis_config": AXES}, {}, require_matching_points)
CHART = check_by_type(
    {
        "pie": check_object({"segments": check_list(POINT, 1, 6)}, {}, require_positive_values),
        "bar": PLOT,
        "line": PLOT,
        "area": PLOT,
    }
)
DATA_VISUALIZATION = check_object({"title": check_text(50), "chart": CHART}, {"block_id": ID})
