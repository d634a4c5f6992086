"""Long lists, a page at a time."""

from collections.abc import Sequence
from typing import TypeVar

from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.web_api.request import ApiCall

T = TypeVar("T")
USUAL, MOST = 100, 1000


def paginate_items(call: ApiCall, everything: Sequence[T]) -> tuple[Sequence[T], Json]:
    """One page, and what stands beside it in the answer."""
    cursor, size = call.get_text("cursor"), min(call.get_number("limit", USUAL) or USUAL, MOST)
    if cursor and not cursor.removeprefix("page").isdigit():
        raise SlackError("invalid_cursor")
    start = int(cursor.removeprefix("page")) if cursor else 0
    end = start + size
    further = f"page{end}" if end < len(everything) else ""
    return everything[start:end], {"response_metadata": {"next_cursor": further}}
