"""Under which name Earshot is installed, for sentences that tell somebody what to install.

On the public index `earshot` is a stranger's package: advice that named it would put that in our place.
"""

import json
from importlib.metadata import Distribution, entry_points

NAME = "earshot-slack"
"""What pyproject.toml calls it; used where no metadata is found, as in a checkout that was never installed."""
COMMAND, ENTRY = "earshot", "bot.__main__:main"


def find_distribution() -> Distribution | None:
    """Return the distribution that brought our command: its target tells it from a stranger's of the same name.

    A first release may still be installed beside this one; it was called like the stranger's.
    """
    ours = [one.dist for one in entry_points(group="console_scripts", name=COMMAND) if one.value == ENTRY]
    return max(ours, key=lambda dist: bool(dist and dist.name == NAME), default=None)


def name_distribution() -> str:
    """Return the name as pip knows it."""
    found = find_distribution()
    return found.name if found else NAME


def format_requirement(extra: str = "") -> str:
    """Return what to hand to `pip install`, quoted for a shell.

    Where it was installed from an address or a folder, that comes along: an index need not have it.
    """
    found = find_distribution()
    name = name_distribution() + (f"[{extra}]" if extra else "")
    origin = json.loads((found and found.read_text("direct_url.json")) or "{}").get("url", "")
    return f"'{name} @ {origin}'" if origin else f"'{name}'"
