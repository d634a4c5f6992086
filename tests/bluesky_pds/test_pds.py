"""A real Bluesky PDS (`make test-bluesky`): what is posted, edited and deleted on it happens to our card.

There is no Jetstream in the registries. What stands between is a bridge in this file: it reads the PDS's own firehose,
`com.atproto.sync.subscribeRepos` (CBOR and CAR, by the package atproto), and gives each operation to the Jetstream of
`tests/sources/fake_jetstream.py`, whose frames Bluesky's clients read. So the records, the operations and their order
are Bluesky's; the shape of the frames is ours, by its documents.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import aiohttp
import pytest
from atproto import CAR, parse_subscribe_repos_message
from atproto_subscription.frames import MessageFrame

from bot.domain.mention import DELETED_TEXT
from tests.run.process import PLAYBOOK, EarshotProcess, run_earshot
from tests.sources.fake_jetstream import FakeJetstream, serve_fake_jetstream

PACKAGES = Path(os.environ.get("BLUESKY_PDS", "/nowhere")) / "node_modules"
POSTS = "app.bsky.feed.post"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None or not (PACKAGES / "@skyware" / "jetstream").is_dir(),
    reason="A real Bluesky PDS needs Node.js and packages of npm: make test-bluesky",
)


@asynccontextmanager
async def run_pds(folder: Path) -> AsyncIterator[str]:
    script = Path(__file__).with_name("server.mjs")
    pipe = asyncio.subprocess.PIPE
    environ = {**os.environ, "TMPDIR": str(folder)}  # for its database
    process = await asyncio.create_subprocess_exec(str(NODE), script, PACKAGES, stdin=pipe, stdout=pipe, env=environ)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while not (line := (await process.stdout.readline()).decode()).startswith("PDS "):
                assert line, "the PDS ended"
        yield line.split()[1]
    finally:
        process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(20):
                await process.communicate()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def bridge(session: aiohttp.ClientSession, pds: str, stream: FakeJetstream) -> None:
    """Give each operation on a post to Jetstream, until cancelled."""
    async with session.ws_connect(f"{pds}/xrpc/com.atproto.sync.subscribeRepos", params={"cursor": "0"}) as socket:
        async for message in socket:
            frame = MessageFrame.from_bytes(message.data)
            assert isinstance(frame, MessageFrame)
            event: Any = parse_subscribe_repos_message(frame)
            for operation in getattr(event, "ops", ()):
                collection, _, rkey = operation.path.partition("/")
                if collection != POSTS:
                    continue
                if operation.action == "delete":
                    stream.delete(rkey, event.repo)
                else:
                    record = dict(CAR.from_bytes(event.blocks).blocks[operation.cid])
                    stream.post(rkey, did=event.repo, operation=operation.action, **record)


class Author:
    """Somebody with an account on the PDS, who uses its own API."""

    def __init__(self, session: aiohttp.ClientSession, pds: str) -> None:
        self._session = session
        self._pds = pds
        self._account: dict[str, Any] = {}

    async def join(self) -> None:
        self._account = await self._call(
            "server.createAccount", handle="wilma.test", email="wilma@example.com", password="a long password"
        )

    async def post(self, text: str) -> str:
        created = await self._call("repo.createRecord", **self._build(text))
        return str(created["uri"]).rpartition("/")[2]

    async def edit(self, rkey: str, text: str) -> None:
        await self._call("repo.putRecord", rkey=rkey, **self._build(text))

    async def delete(self, rkey: str) -> None:
        await self._call("repo.deleteRecord", repo=self._account["did"], collection=POSTS, rkey=rkey)

    def _build(self, text: str) -> dict[str, Any]:
        record = {"$type": POSTS, "text": text, "createdAt": datetime.now(UTC).isoformat(), "langs": ["en"]}
        return {"repo": self._account["did"], "collection": POSTS, "record": record}

    async def _call(self, method: str, **body: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._account['accessJwt']}"} if self._account else {}
        url = f"{self._pds}/xrpc/com.atproto.{method}"
        async with self._session.post(url, json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return dict(await answer.json())


async def wait_for_words(found: EarshotProcess, words: str) -> None:
    """Until the card has them."""
    messages = found.workspace.find_channel("care").messages
    await found.sandbox.wait_until(lambda: words in str([one.build_message_payload() for one in messages]), within=60)


@pytest.mark.parametrize("version", [1, 2])
async def test_our_card_follows_a_post_on_a_real_pds_its_edit_and_its_deletion(
    tmp_path: Path, version: Literal[1, 2]
) -> None:
    async with (
        run_pds(tmp_path) as pds,
        serve_fake_jetstream(now=datetime.now(UTC)) as stream,
        aiohttp.ClientSession() as session,
    ):
        bridging = asyncio.create_task(bridge(session, pds, stream))
        wilma = Author(session, pds)
        await wilma.join()
        listens = f"""{PLAYBOOK}
[sources.bluesky]
version = {version}
hosts = ["{stream.url}"]
profiles = "{stream.url}"

[[subjects]]
name = "Northwind"
terms = ["northwind"]
"""
        async with run_earshot(tmp_path, socket_mode=True, playbook=listens) as found:
            async with asyncio.timeout(60):
                while not stream.connections:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.01)
            await wilma.post("good morning, all")
            rkey = await wilma.post("northwind lost my bag again, and nobody answers")
            await wait_for_words(found, "nobody answers")
            await wilma.edit(rkey, "northwind lost my bag and my coat, worst airline")
            await wait_for_words(found, "and my coat")
            await wilma.delete(rkey)
            await wait_for_words(found, DELETED_TEXT)
            messages = found.workspace.find_channel("care").messages
            assert len(messages) == 1
            assert "and my coat" not in str(messages[0].build_message_payload())
            assert not bridging.done()
            await found.stop()
        bridging.cancel()
        with suppress(asyncio.CancelledError):
            await bridging
