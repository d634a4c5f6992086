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


def drop_charts(message: RenderedMessage) -> RenderedMessage:
    """Return the message without charts, for a Slack that refuses them."""
    return message._replace(blocks=[block for block in message.blocks if block["type"] != CHART_TYPE])
