"""A world whose care department has a schedule, of which a story says the turns."""

from pathlib import Path

from bot.playbook.faults import Fault
from tests.scenarios.world import World

LISTED = 'on_call = ["U0RAJ", "U0MIA"]\nhours = "Mon-Sun 06:00-23:00"\n'


def write(path: Path, *layers: str, head: str = "") -> None:
    """Care is on call by these layers, day and night."""
    turns = "".join(f"\n[[schedules.layers]]\n{layer}\n" for layer in layers)
    text = path.read_text("utf-8").replace(LISTED, 'on_call = "nights"\n')
    path.write_text(f'{text}\n[[schedules]]\nname = "nights"\n{head}\n{turns}', "utf-8")


def by_schedule(world: World, *layers: str, head: str = "") -> None:
    write(world.path, *layers, head=head)
    faults: tuple[Fault, ...] = world.playbook.reload()
    assert not faults, faults


def turns(*people: str, start: str = "2026-03-09", hand_over: str = "09:00", **more: str) -> str:
    said = {"rotation": "daily", **more}
    lines = [f"people = {list(people)}", f"start = {start}", f'hand_over = "{hand_over}"']
    return "\n".join([*lines, *(f'{key} = "{value}"' for key, value in said.items())]).replace("'", '"')
