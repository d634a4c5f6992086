"""What an installation takes on disk: Earshot's run-time dependencies, and theirs, without extras."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path

from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import MEGABYTES, Measurement, require_at_most
from bot.distribution import name_distribution

AIM = require_at_most(200)
MB = 1_000_000
SHOWN = 4
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)\s*(?:\[(?P<extras>[^]]*)\])?[^;]*(?:;(?P<marker>.*))?")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([\w.-]+)['"]""")


async def measure_install_size(bench: BenchmarkContext) -> list[Measurement]:
    found = _find_dependencies()
    bench.report(f"{len(found)} distributions")
    sizes = {name: _measure_distribution(one) / MB for name, one in found.items()}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:SHOWN]
    said = ", ".join(f"{name} {sizes[name]:.0f}" for name in largest)
    return [
        Measurement(
            "installed dependencies", sum(sizes.values()), MEGABYTES, AIM, note=f"{len(found)}, most of all: {said}"
        )
    ]


def _find_dependencies() -> dict[str, Distribution]:
    """Everything that Earshot asks for when it runs, and that this asks for in turn."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    own = name_distribution()
    wanted = [(own, frozenset[str]())]
    while wanted:
        name, extras = wanted.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            one = distribution(name)
        except PackageNotFoundError:  # ruled out by a marker: another system's, or another Python's
            continue
        found[name] = one
        wanted += filter(None, (_parse_requirement(requirement, extras) for requirement in one.requires or []))
    found.pop(own, None)
    return found


def _parse_requirement(requirement: str, extras: frozenset[str]) -> tuple[str, frozenset[str]] | None:
    """None for what only an extra asks for that nobody asked for. Other markers need no reading: what they rule out is
    not installed.
    """
    read = _REQUIREMENT.match(requirement)
    if read is None:
        return None
    needs = _EXTRA.findall(read["marker"] or "")
    if needs and extras.isdisjoint(needs):
        return None
    of_it = frozenset(extra.strip() for extra in (read["extras"] or "").split(",") if extra.strip())
    return re.sub(r"[-_.]+", "-", read["name"]).lower(), of_it


def _measure_distribution(one: Distribution) -> int:
    """Its files, and what Python has compiled of them. Installers differ in whether they list what was compiled."""
    files = {Path(str(file.locate())) for file in one.files or []}
    compiled = {Path(cache_from_source(str(file))) for file in files if file.suffix == ".py"}
    return sum(file.stat().st_size for file in files | compiled if file.is_file())
