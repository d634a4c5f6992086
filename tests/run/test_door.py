"""`earshot run` as a process, and strangers at its door: idle, halfway, and full of junk, all at once."""

import asyncio
import hashlib
import hmac
import random
import resource
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.run.process import PLAYBOOK, SECRET, EarshotProcess, run_earshot
from tests.web.sockets import Client, close_all, connect, read_status

NIGHT = PLAYBOOK.replace('deputies = ["U0ANA"]', 'deputies = ["U0ANA"]\non_call = ["U0ANA"]')
TWILIO = {
    "EARSHOT_PUBLIC_URL": "https://earshot.example",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0123456789abcdef0123456789abcdef",
    "TWILIO_FROM": "+15550100",
}
DOORS = (
    "/slack/events",
    "/hooks/forum",
    "/hooks/forum/",
    "/hooks/nobody",
    "/hooks/%00%ff%E2%80%AE",
    "/pagers/pagerduty",
    "/acknowledge/a.b.c",
    "/acknowledge/a.b.c/pressed",
    "/oncall/a.b.c.ics",
    "/healthz",
    "/metrics",
    "/nowhere",
    "//evil.example/%2e%2e",
)
METHODS = ("GET", "POST", "HEAD", "PUT", "OPTIONS", "BREW", "get", "P\x00ST")
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Content-Type": "application/json"},
    {"Content-Type": "application/x-www-form-urlencoded; charset=utf-16"},
    {"Content-Type": "multipart/form-data; boundary=\xff"},
    {"Content-Type": "\xff\xfe", "Content-Encoding": "gzip"},
    {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "AAAA", "Sec-WebSocket-Version": "13"},
    {"X-Slack-Signature": "v0=\xe9", "X-Slack-Request-Timestamp": "NOW"},
    {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": "NOW"},
    {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": "1e400"},
    {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": "\u0669".encode().decode("latin-1")},
    {"webhook-id": "a", "webhook-timestamp": "NOW", "webhook-signature": "v1,\xff\xfe"},
    {"webhook-id": "a", "webhook-timestamp": "99999999999999999999", "webhook-signature": "v1,aaaa"},
    {"X-PagerDuty-Signature": "v1=\xff,,,", "X-Twilio-Signature": "\xff"},
    {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Connection": "keep-alive, close"},
    {"Cookie": "a" * 20_000},
    {"Transfer-Encoding": "chunked"},
    {"Transfer-Encoding": "chunked", "Content-Length": "5"},
    {"Expect": "100-continue"},
    {"If-None-Match": '"' + "\xff" * 100, "Range": "bytes=-1", "Accept-Encoding": "\xff"},
)
BODIES = (
    b"",
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    b"{",
    b"[" * 50_000,
    b'{"a":' * 20_000,
    b"[]",
    b"null",
    b'"text"',
    b"1e999999",
    b"payload=",
    b"payload=%7B",
    b"payload=[]",
    b"payload=%FF%FE",
    b"ssl_check=1",
    b"&" * 10_000,
    b"a=b&" * 5_000,
    b"5\r\nhello\r\n0\r\n\r\n",
    b"zz\r\n",
    b"\x1f\x8b\x08\x00junk",
    b'{"type": "url_verification", "challenge": "x"}',
    b'{"text": "\\ud800", "id": "\\u0000"}',
)


def junk(chance: random.Random) -> bytes:
    method, door, body = chance.choice(METHODS), chance.choice(DOORS), chance.choice(BODIES)
    headers = {"Host": "127.0.0.1", **chance.choice(HEADERS), **chance.choice(HEADERS)}
    if not {"Transfer-Encoding", "Content-Length"} & set(headers) or chance.random() < 0.1:
        headers["Content-Length"] = str(len(body)) if chance.random() < 0.9 else chance.choice(("-1", "9e9", "\xff"))
    lines = [f"{method} {door} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    now = str(int(time.time()))
    return "\r\n".join(lines).replace("NOW", now).encode("latin-1") + b"\r\n\r\n" + body


@pytest.fixture
async def earshot(tmp_path: Path) -> AsyncIterator[EarshotProcess]:
    async with run_earshot(tmp_path, socket_mode=False, playbook=NIGHT, more=TWILIO, files=1024) as found:
        yield found
        await close_all()


async def test_junk_at_any_door_is_refused_without_a_traceback_and_without_a_flood_of_lines(
    earshot: EarshotProcess,
) -> None:
    chance = random.Random(20261128)
    answers = []
    for _ in range(400):
        client = await connect(earshot.port, junk(chance) + b"\r\n\r\n")
        client.writer.write_eof()
        answers.append(await client.answer())
        client.close()

    statuses = {read_status(answer) for answer in answers}
    assert not {found for found in statuses if found >= 500}, statuses
    assert not has_traceback(earshot)
    assert len(earshot.log) < 60
    assert not [answer for answer in answers if b"location:" in answer.lower() or b"evil" in answer]
    assert (await earshot.get("/healthz"))[0] == 200


async def test_slacks_door_says_400_to_what_is_signed_and_is_nothing_that_slack_sends(earshot: EarshotProcess) -> None:
    secret, stamp = earshot.sandbox.signing_secret, str(int(time.time()))
    for body in BODIES:
        for kind in ("application/json", "application/x-www-form-urlencoded", ""):
            signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
            head = (
                f"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\nContent-Type: {kind}\r\n"
                f"X-Slack-Signature: v0={signed}\r\nX-Slack-Request-Timestamp: {stamp}\r\nConnection: close\r\n\r\n"
            )
            answer = await (await connect(earshot.port, head.encode() + body)).answer()
            assert read_status(answer) < 500, (kind, body[:20], answer)
    assert not has_traceback(earshot)


async def flood(earshot: EarshotProcess, until: asyncio.Event) -> int:
    """Unsigned junk at Slack's door, as fast as it is answered."""
    body = b"\xff not even text"
    head = f"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    sent = 0
    client: Client | None = None
    while not until.is_set():
        try:
            client = client or await connect(earshot.port)
            client.send(head + body)
            assert read_status(await client.reader.readuntil(b"\r\n\r\n")) == 401
            await client.reader.readuntil(b"}")
            sent += 1
        except (ConnectionError, asyncio.IncompleteReadError):
            client = None
    return sent


def resident(earshot: EarshotProcess) -> int:
    """Bytes."""
    said = Path(f"/proc/{earshot.process.pid}/status").read_text(encoding="ascii")
    return int(said.partition("VmRSS:")[2].split()[0]) * 1024


@pytest.fixture
def many_files() -> Iterator[None]:
    """For this side of the 2,500 sockets."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < 4096:
        pytest.skip("this machine allows fewer than 4096 open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 4096), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_files")
async def test_with_idle_sockets_half_bodies_and_junk_at_the_door_a_page_still_rings_within_ten_seconds(
    earshot: EarshotProcess,
) -> None:
    before, lines = resident(earshot), len(earshot.log)
    half = b"POST /hooks/forum HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n"
    half += b"webhook-id: a\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,aaaa\r\n\r\n" % time.time()
    until = asyncio.Event()
    for _ in range(40):
        await asyncio.gather(*(connect(earshot.port) for _ in range(50)))
    for _ in range(8):
        await asyncio.gather(*(connect(earshot.port, half + b"x" * 900_000) for _ in range(50)))
    floods = [asyncio.create_task(flood(earshot, until)) for _ in range(50)]
    await asyncio.sleep(1)

    begun = time.monotonic()
    assert await earshot.deliver("there is smoke in the cabin and people are injured", "1") == 202
    await earshot.sandbox.wait_until(lambda: has_called(earshot), within=10)
    took = time.monotonic() - begun

    until.set()
    sent = sum(await asyncio.gather(*floods))
    assert took < 10
    assert sent > 500
    assert resident(earshot) - before < 100_000_000
    assert len(earshot.log) - lines < 100
    assert SECRET not in "".join(earshot.log)


def has_called(earshot: EarshotProcess) -> bool:
    return any("smoke in the cabin" in message.read_text() for message in earshot.workspace.get_dm("U0ANA").messages)


def has_traceback(earshot: EarshotProcess) -> str:
    return "".join(line for line in earshot.log if "Traceback" in line or '"exception"' in line)
