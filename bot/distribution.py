"""The name under which Earshot is installed, for messages that say what to install.

On PyPI, `earshot` is another project's package, so advice must not name it.
"""

import json
from importlib.metadata import Distribution, entry_points

NAME = "earshot-slack"
"""The name in pyproject.toml; used if there is no metadata, as in a checkout that was never installed."""
COMMAND, ENTRY = "earshot", "bot.__main__:main"


def find_distribution() -> Distribution | None:
    """Return the distribution whose `earshot` command is ours, judged by its entry point.

    The first release, which had the other project's name, may be installed beside this one.
    """
    ours = [one.dist for one in entry_points(group="console_scripts", name=COMMAND) if one.value == ENTRY]
    return max(ours, key=lambda dist: bool(dist and dist.name == NAME), default=None)


def name_distribution() -> str:
    """Return the name as pip knows it."""
    found = find_distribution()
    return found.name if found else NAME


def find_version() -> str:
    """Return the installed version, or `unknown` in a checkout that was never installed."""
    found = find_distribution()
    return found.version if found else "unknown"


def format_requirement(extra: str = "") -> str:
    """Return the argument for `pip install`, quoted for a shell, with the URL or folder it was installed from."""
    found = find_distribution()
    name = name_distribution() + (f"[{extra}]" if extra else "")
    origin = json.loads((found and found.read_text("direct_url.json")) or "{}").get("url", "")
    return f"'{name} @ {origin}'" if origin else f"'{name}'"
