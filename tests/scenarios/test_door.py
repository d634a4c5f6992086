"""What is told by the head of a request alone."""

import pytest

from tests.scenarios.webhook_client import build_forum_source
from tests.scenarios.world import World
from tests.web.sockets import close_all, connect, read_status

HEADS = [
    ("/slack/events", ""),
    ("/slack/events", "X-Slack-Signature: v0=aa\r\nX-Slack-Request-Timestamp: 1\r\n"),
    ("/hooks/forum", ""),
    ("/hooks/forum", "webhook-id: a\r\nwebhook-timestamp: 1\r\nwebhook-signature: v1,aaaa\r\n"),
    ("/hooks/nobody", ""),
    ("/pagers/pagerduty", ""),
]


@pytest.mark.parametrize(("path", "head"), HEADS)
async def test_what_cannot_be_signed_is_refused_before_its_body_is_there(world: World, path: str, head: str) -> None:
    await world.start_sources(build_forum_source(world.clock))
    port = int(world.local_app.url.rpartition(":")[2])
    client = await connect(
        port, f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n{head}\r\nhalf".encode()
    )

    assert read_status(await client.answer()) in {401, 404}
    await close_all()


async def test_an_address_with_a_slash_too_many_leads_nowhere(world: World) -> None:
    port = int(world.local_app.url.rpartition(":")[2])
    for path in ("/hooks/forum/", "/slack/events/", "/healthz/", "/acknowledge/a/"):
        answer = await (await connect(port, f"POST {path} HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode())).answer()
        assert (read_status(answer), b"evil" in answer) == (404, False)
    await close_all()
