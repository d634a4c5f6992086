"""Four in the morning: what is usual by then, and what people say when something goes wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.mention import Mention
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.observation import SpikeObservation
from bot.domain.spikes.seasonal_baseline import QUARTER
from tests.scenarios.world import World

FOUR = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
WEEKS = 2
ORDINARY = ("late again", "my bag is lost", "rude crew at the desk", "no refund yet")


async def save_baseline(world: World, subject: str = "Northwind Air", days: float = 7 * WEEKS) -> None:
    """As if Earshot had listened for so long: one voice against us every half hour, and one that says anything else."""
    end = int(world.clock.now().timestamp()) // QUARTER * QUARTER
    start = end - int(days * 86_400) // QUARTER * QUARTER
    baseline = SubjectBaseline(subject=subject, until=start)
    for number, quarter in enumerate(range(start, end, QUARTER)):
        text = ORDINARY[number % len(ORDINARY)]
        said = [_build_observation(quarter, f"usual{number}", text, negative=number % 2 == 0)]
        baseline = baseline.learn_quarter(said)
    await world.local_app.store.baselines.save([baseline])


def _build_observation(at: float, who: str, text: str, *, negative: bool) -> SpikeObservation:
    return SpikeObservation(at=at, subject="", mention=who, who=who, department="care", negative=negative, text=text)


async def watch_spikes_at_four(world: World, days: float = 7 * WEEKS) -> None:
    """The clock stands at four, what is usual is known, and somebody watches."""
    world.clock.advance(FOUR - world.clock.now())
    await save_baseline(world, days=days)
    world.detects_spikes = True
    await world.run_until_idle()


def build_cancellation_post(world: World, number: int, **more: Any) -> Mention:
    """A complaint about the same thing in words of its own."""
    words = (
        "flight {n} cancelled and nobody answers the phone, this is terrible",
        "on hold for two hours because you cancelled flight {n}, awful service",
        "cancelled again, worst airline, stuck at gate {n} all night",
        "cancelled without a word, flight {n}, I am furious and disappointed",
    )
    text = "@northwindair " + words[number % len(words)].format(n=100 + number)
    return world.build_mention(text, by=f"stranded{number}", **more)


async def send_wave(world: World, people: int, *, minutes: float = 12, first: int = 0, **more: Any) -> None:
    """So many people, each once, evenly over so many minutes."""
    for number in range(first, first + people):
        await world.receive_all([build_cancellation_post(world, number, **more)])
        await world.advance(seconds=minutes * 60 / people)


def build_new_account() -> dict[str, Any]:
    """An account that was made yesterday and has hardly said anything."""
    made = (FOUR - timedelta(days=1)).isoformat()
    return {"followers": 3, "following": 4_000, "posts": 2, "created_at": made}


def set_do_not_disturb(world: World, name: str, begins: float = -1, ends: float = 1) -> None:
    """Do-not-disturb by this person's schedule, from and until so many hours from now, each day."""
    now, user = world.clock.seconds(), world.sandbox.workspace.find_user(name)
    user.dnd_enabled, user.dnd_from, user.dnd_until = True, now + begins * 3_600, now + ends * 3_600
