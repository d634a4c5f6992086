"""Charts as pictures: drawn, and uploaded where nobody but the app sees them until a message shows them."""

import asyncio

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.block_kit import RenderedMessage
from bot.cards.chart_picture import draw_chart
from bot.cards.charts import CHART_TYPE, describe_chart

PAUSE = 1.0
"""Seconds after which Slack shows what was uploaded: before, it calls it an invalid file."""

log = structlog.get_logger("reply")


async def upload_charts(client: AsyncWebClient, message: RenderedMessage) -> list[str]:
    """Return the ids of pictures of the charts of a message; [] without a font, the scope files:write, or an answer."""
    files: list[str] = []
    for chart in message.blocks:
        if chart["type"] != CHART_TYPE:
            continue
        picture = await asyncio.to_thread(draw_chart, chart)
        if picture is None:
            return []
        try:
            about = {"title": chart["title"], "alt_txt": describe_chart(chart), "highlight_type": "png"}
            uploaded = await client.files_upload_v2(file=picture, filename="chart.png", **about)
        except (SlackClientError, ClientError, TimeoutError, OSError) as no:
            log.warning("chart not uploaded", reason=type(no).__name__)
            return []
        files.append(str(uploaded["files"][0]["id"]))
    return files
