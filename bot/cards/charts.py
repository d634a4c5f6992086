"""Charts as Slack draws them: pure functions of figures. Words always say the same beside them."""

from collections.abc import Mapping, Sequence

from bot.cards.block_kit import Block, RenderedMessage
from bot.cards.sanitize import truncate

TITLE_LENGTH = 50
LABEL_LENGTH = 20
CHART_TYPE = "data_visualization"


def make_line_chart(title: str, categories: Sequence[str], series: Mapping[str, Sequence[int]]) -> Block:
    """Return a line for each name, with one figure for each category. Lines are told apart by name, not by colour."""
    labels = [truncate(label, LABEL_LENGTH) for label in categories]
    lines = [
        {
            "name": truncate(name, LABEL_LENGTH),
            "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)],
        }
        for name, values in series.items()
    ]
    chart = {"type": "line", "series": lines, "axis_config": {"categories": labels, "y_label": "mentions"}}
    return {"type": CHART_TYPE, "title": truncate(title, TITLE_LENGTH), "chart": chart}


def has_chart(message: RenderedMessage) -> bool:
    return any(block["type"] == CHART_TYPE for block in message.blocks)


def replace_charts(message: RenderedMessage, files: Sequence[str]) -> RenderedMessage:
    """Return the message with an uploaded picture, by its id, in place of each chart."""
    ids = iter(files)
    return message._replace(
        blocks=[_make_picture(block, next(ids)) if block["type"] == CHART_TYPE else block for block in message.blocks]
    )


def describe_chart(block: Block) -> str:
    """Return what the chart shows, for people who do not see it: the highest figure of each line."""
    lines = [(line["name"], max(line["data"], key=lambda point: point["value"])) for line in block["chart"]["series"]]
    return f"{block['title']}. " + ", ".join(
        f"{name}: at most {top['value']:,}, at {top['label']}" for name, top in lines
    )


def _make_picture(block: Block, file_id: str) -> Block:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": describe_chart(block)}


def drop_charts(message: RenderedMessage) -> RenderedMessage:
    """Return the message without charts, for a Slack that refuses them."""
    return message._replace(blocks=[block for block in message.blocks if block["type"] != CHART_TYPE])
