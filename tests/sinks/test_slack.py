"""What Slack answers, well or not, as one of a few outcomes."""

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.cards.block_kit import RenderedMessage
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.slack import SlackSink, build_web_client

DRAWING = RenderedMessage("words", [])


async def post_message(answer: web.Response) -> None:
    """Raises what becomes of a post to which Slack answers this."""

    async def slack(_: web.Request) -> web.Response:
        return answer

    app = web.Application()
    app.router.add_route("*", "/{method}", slack)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        await SlackSink(build_web_client("xoxb-1", str(server.make_url("/")), session)).post_message(
            "C0CARE", DRAWING, "n"
        )


@pytest.mark.parametrize(
    ("told", "seconds"), [("7", 7), ("", 30), ("soon", 30), ("-5", 30), ("1e999", 30), ("9" * 400, 3600)]
)
async def test_however_slack_says_to_wait_it_is_a_time_to_wait(told: str, seconds: float) -> None:
    answer = web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": told})
    with pytest.raises(RateLimitedError) as slow:
        await post_message(answer)
    assert slow.value.seconds == seconds


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="<html>maintenance</html>", content_type="text/html"),
        lambda: web.Response(text=""),
        lambda: web.Response(text="", content_type="application/json"),
        lambda: web.Response(text="{", content_type="application/json"),
        lambda: web.json_response({"ok": False}),
        lambda: web.json_response([]),
        lambda: web.Response(text="bad gateway", status=502),
    ],
)
async def test_an_answer_that_says_nothing_leaves_it_open_whether_it_was_posted(answer: type[web.Response]) -> None:
    with pytest.raises(DeliveryUnknownError):
        await post_message(answer())


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="<html>down</html>", status=503),
        lambda: web.json_response({"ok": False, "error": "service_unavailable"}, status=503),
        lambda: web.json_response({"ok": False, "error": "service_unavailable"}),
    ],
)
async def test_an_answer_that_says_that_nothing_was_taken_on_is_no_lost_answer(answer: type[web.Response]) -> None:
    with pytest.raises(NotSentError):
        await post_message(answer())


async def test_a_refusal_keeps_slacks_own_word() -> None:
    with pytest.raises(SlackRejectedError, match="is_archived"):
        await post_message(web.json_response({"ok": False, "error": "is_archived"}))
