"""A world whose care department has a schedule, of which a story says the turns."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config.playbook_errors import PlaybookFault
from bot.config.settings_loader import load_settings
from tests.clock import SteppedClock
from tests.pagers.fake_services import FakePagerServices
from tests.scenarios.world import World, open_world

TELEPHONES = Path(__file__).with_name("night.toml")

LISTED = 'on_call = ["U0RAJ", "U0MIA"]\nhours = "Mon-Sun 06:00-23:00"\n'


def write_schedule(path: Path, *layers: str, head: str = "") -> None:
    """Care is on call by these layers, day and night."""
    layers_text = "".join(f"\n[[schedules.layers]]\n{layer}\n" for layer in layers)
    text = path.read_text("utf-8").replace(LISTED, 'on_call = "nights"\n')
    path.write_text(f'{text}\n[[schedules]]\nname = "nights"\n{head}\n{layers_text}', "utf-8")


def reload_schedule(world: World, *layers: str, head: str = "") -> None:
    write_schedule(world.path, *layers, head=head)
    faults: tuple[PlaybookFault, ...] = world.playbook.reload()
    assert not faults, faults


def build_layer(*people: str, start: str = "2026-03-09", hand_over: str = "09:00", **more: str) -> str:
    said = {"rotation": "daily", **more}
    lines = [f"people = {list(people)}", f"start = {start}", f'hand_over = "{hand_over}"']
    return "\n".join([*lines, *(f'{key} = "{value}"' for key, value in said.items())]).replace("'", '"')


@pytest.fixture
async def night_world(
    redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock, services: FakePagerServices
) -> AsyncIterator[World]:
    """Four in the morning, with telephones."""
    settings = load_settings(services.settings())
    async with open_world(redis_url, brand, tmp_path, clock, TELEPHONES, settings) as made:
        await made.advance(hours=19)
        yield made
        await made.check_invariants()
