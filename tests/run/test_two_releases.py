"""The former release and this one side by side on one store, as processes: nothing is lost, nothing is done twice.

Only with SOAK, as by `make soak`: the former release comes from the history of git, and runs for minutes.
"""

import asyncio
import itertools
import json
import os
import random
import subprocess
import tarfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from bot.slack_sandbox import SlackMessage
from bot.slack_sandbox.interactive_elements import ElementNotFoundError
from tests.kill.test_kill import say
from tests.run.process import PLAYBOOK, EarshotProcess, find_free_port, run_earshot
from tests.run.test_processes import wait_for_outcomes
from tests.store.loopback_server import LoopbackServer, start_loopback_server

FORMER = "4b8da865"
"""The commit that wrote tests/store/former_release.jsonl.gz."""
ROOT = Path(__file__).parents[2]
RATE = 10
"""Mentions a second."""
LASTS = 24.0
"""Seconds of each of five parts."""
CHANNELS = 20
DEPARTMENTS = "\n".join(
    f'[[departments]]\nname = "d{n:02}"\nchannel = "C0D{n:02}"\ndeputies = ["U0ANA"]\n' for n in range(CHANNELS)
)
SUBJECTS = "\n".join(
    f'[[subjects]]\nname = "Product {n:02}"\nkind = "product"\nterms = ["product{n:02}"]\n'
    f'[[routes]]\nwhen = {{ subject = ["Product {n:02}"] }}\nto = "d{n:02}"\nclaim_within = "15m"\n'
    for n in range(CHANNELS)
)
THINGS = ("suitcase", "seat", "refund", "meal", "screen", "booking", "lounge", "blanket", "ticket", "upgrade", "bag")
FAULTS = ("was broken", "was lost", "came late", "smelled odd", "was given to somebody else", "cost twice as much")


def build_text(number: int) -> str:
    chance = random.Random(number)
    thing, fault = chance.choice(THINGS), chance.choice(FAULTS)
    return f"my {thing} of product{number % CHANNELS:02} {fault} in week {chance.randrange(9_999)}, row {number}"


@pytest.fixture
def former(tmp_path: Path) -> Path:
    if "SOAK" not in os.environ:
        pytest.skip("only with SOAK")
    packed = subprocess.run(["git", "archive", FORMER, "bot", "handlers"], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"git does not have {FORMER}, the former release")
    folder = tmp_path / "former"
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@dataclass
class Sender:
    """Sends as a web hook does, to whoever runs: what is refused is sent again until it is accepted."""

    to: list[EarshotProcess]
    accepted: list[int] = field(default_factory=list)
    refusals: int = 0
    longest_gap: float = 0.0

    async def run(self, until: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        began = self._last = loop.time()
        async with asyncio.TaskGroup() as group:
            for number in itertools.count():
                if until.is_set():
                    return
                group.create_task(self._deliver(number))
                await asyncio.sleep(max(0, began + number / RATE - loop.time()))

    async def _deliver(self, number: int) -> None:
        chance, now = random.Random(number), asyncio.get_running_loop().time
        while True:
            with suppress(aiohttp.ClientError):
                if (
                    await chance.choice(self.to).deliver(build_text(number), str(number), author=f"author{number}")
                    == 202
                ):
                    self.accepted.append(number)
                    self.longest_gap, self._last = max(self.longest_gap, now() - self._last), now()
                    return
            self.refusals += 1
            await asyncio.sleep(0.5)


def list_cards(earshot: EarshotProcess) -> list[SlackMessage]:
    return [m for n in range(CHANNELS) for m in earshot.workspace.find_channel(f"C0D{n:02}").messages if m.metadata]


def read_name(message: SlackMessage) -> str:
    return str((message.metadata or {})["event_payload"]["name"])


async def claim(earshot: EarshotProcess, until: asyncio.Event) -> list[SlackMessage]:
    """Claim a card twice a second, whichever process Slack chooses."""
    chance, claimed = random.Random(3), list[SlackMessage]()
    while not until.is_set():
        cards = [one for one in list_cards(earshot) if one not in claimed and "Claim" in json.dumps(one.blocks)]
        if cards:
            card = chance.choice(cards)
            with suppress(ElementNotFoundError):  # it was claimed, or is a list
                if (await earshot.sandbox.get_user("ana").click_button(card, "Claim")).acked:
                    claimed.append(card)
        await asyncio.sleep(0.5)
    return claimed


@asynccontextmanager
async def run_first(folder: Path, former: Path, server: LoopbackServer) -> AsyncIterator[EarshotProcess]:
    """The former release as a process, with as many departments as there are products."""
    playbook = PLAYBOOK.replace("[[routes]]", f"{DEPARTMENTS}\n{SUBJECTS}\n[[routes]]", 1)
    more = {"REDIS_URL": server.url, "PYTHONPATH": str(former)}
    channels = [(f"C0D{n:02}", f"d{n:02}") for n in range(CHANNELS)]
    async with run_earshot(folder, socket_mode=True, playbook=playbook, more=more, channels=channels) as earshot:
        yield earshot


def build_second(first: EarshotProcess) -> EarshotProcess:
    """This release, before the same Slack and on the same store."""
    port = find_free_port()
    environ = first.environ | {"PYTHONPATH": str(ROOT), "EARSHOT_PORT": str(port)}
    return replace(first, port=port, environ=environ, log=[], reading=[])


async def check(here: EarshotProcess, sender: Sender, claimed: int) -> None:
    """Every post that was accepted is stored once, and on one card at most."""
    said = await here.run_command("export", "mentions", "--format", "jsonl")
    found = Counter(json.loads(line)["mention"] for line in said.splitlines())
    names = Counter(read_name(one) for one in list_cards(here))
    second = sum(times - 1 for times in names.values())
    lost = [number for number in sender.accepted if f"forum:{number}" not in found]
    say(
        f"| two releases | {len(lost)} of {len(sender.accepted)} | {second} | {sender.refusals} | "
        f"{sender.longest_gap:.1f} s | {len(names)} cards, {claimed} claimed |"
    )
    assert not lost
    assert set(found.values()) == {1}
    assert not second
    assert "earshot_unaccounted 0.0" in (await here.get("/metrics"))[1]
    assert await here.run_command("dead", "list") == await here.run_command("dead", "list", "--kind", "records") == ""


async def replace_each(sender: Sender, old: EarshotProcess, new: EarshotProcess) -> None:
    """The new release joins, the old one leaves, and all of it again the other way round."""
    for running, other in ((old, new), (new, old)):
        await asyncio.sleep(LASTS)
        await other.start_again()
        sender.to.append(other)
        await asyncio.sleep(LASTS)
        await running.stop()
        sender.to.remove(running)
    await asyncio.sleep(LASTS)


@pytest.mark.timeout(1_200)
async def test_two_releases_share_a_store_and_either_may_go_on_alone(former: Path, tmp_path: Path) -> None:
    sent, done = asyncio.Event(), asyncio.Event()
    async with start_loopback_server(tmp_path / "server") as server, run_first(tmp_path, former, server) as old:
        new, sender = build_second(old), Sender([old])
        try:
            async with asyncio.TaskGroup() as group:
                claiming = group.create_task(claim(old, done))
                sending = group.create_task(sender.run(sent))
                await replace_each(sender, old, new)
                sent.set()
                await sending
                await old.stop()
                await new.start_again()
                async with asyncio.timeout(600):
                    await wait_until_idle(new, len(sender.accepted))
                done.set()
            claimed = claiming.result()
            await new.sandbox.wait_until(lambda: all("<@U0ANA>" in card.read_text() for card in claimed), within=60)
            await check(new, sender, len(claimed))
            assert not [line for line in old.log + new.log if "Traceback" in line]
        finally:
            if new.process.returncode is None:
                new.process.kill()
                await new.process.wait()
            await asyncio.gather(*new.reading)


async def wait_until_idle(earshot: EarshotProcess, count: int) -> None:
    await wait_for_outcomes(earshot, count, within=600)
    while json.loads((await earshot.get("/statusz"))[1])["queues"]["outbox"]:  # noqa: ASYNC110 - another process
        await asyncio.sleep(1)
