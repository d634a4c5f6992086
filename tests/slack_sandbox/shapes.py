"""Blocks, by the handful."""

from typing import Any

Block = dict[str, Any]


def plain(text: str = "Words") -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "Words") -> Block:
    return {"type": "mrkdwn", "text": text}


def section(**more: Any) -> Block:
    return {"type": "section", "text": mrkdwn()} | more


def button(**more: Any) -> Block:
    return {"type": "button", "action_id": "claim", "text": plain("Claim")} | more


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def options(*values: str) -> list[Block]:
    return [{"text": plain(value or "empty"), "value": value} for value in values]


def menu(**more: Any) -> Block:
    return {"type": "static_select", "action_id": "who", "options": options("a", "b")} | more


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def run(**of: Any) -> Block:
    return rich({"type": "rich_text_section", "elements": [of]})


def question(element: Block | None = None, **more: Any) -> Block:
    asked = element or {"type": "plain_text_input", "action_id": "text"}
    return {"type": "input", "label": plain("How?"), "element": asked} | more


def modal(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Go"), "blocks": list(blocks)} | more


def bars(**more: Any) -> Block:
    series = [{"name": "today", "data": [{"label": "mon", "value": 3}, {"label": "tue", "value": -1}]}]
    chart = {"type": "bar", "series": series, "axis_config": {"categories": ["mon", "tue"]}} | more
    return {"type": "data_visualization", "title": "Mentions", "chart": chart}


def pie(*values: float) -> Block:
    segments = [{"label": f"part {n}", "value": value} for n, value in enumerate(values)]
    return {"type": "data_visualization", "title": "Moods", "chart": {"type": "pie", "segments": segments}}


def cell(text: str = "x") -> Block:
    return {"type": "raw_text", "text": text}


def rows(count: int, width: int = 2) -> list[list[Block]]:
    return [[cell() for _ in range(width)] for _ in range(count)]


IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}
CARD = {"type": "card", "title": mrkdwn("A case"), "actions": [button()]}
TASK = {"type": "task_card", "task_id": "1", "title": "Look", "status": "pending"}
