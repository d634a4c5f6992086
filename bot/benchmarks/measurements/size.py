"""Disk space of an installation: Earshot's run-time dependencies, and theirs, without extras."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path

from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import MEGABYTES, Measurement, require_at_most
from bot.distribution import name_distribution

AIM = require_at_most(200)
MB = 1_000_000
MAX_SHOWN = 4
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)\s*(?:\[(?P<extras>[^]]*)\])?[^;]*(?:;(?P<marker>.*))?")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([\w.-]+)['"]""")


async def measure_install_size(bench: BenchmarkContext) -> list[Measurement]:
    found = _find_dependencies()
    bench.report(f"{len(found)} distributions")
    sizes = {name: _measure_distribution(one) / MB for name, one in found.items()}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:MAX_SHOWN]
    note = f"{len(found)}, most of all: {', '.join(f'{name} {sizes[name]:.0f}' for name in largest)}"
    return [Measurement("installed dependencies", sum(sizes.values()), MEGABYTES, AIM, note=note)]


def _find_dependencies() -> dict[str, Distribution]:
    """Return all run-time dependencies, direct and indirect."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    own = name_distribution()
    pending = [(own, frozenset[str]())]
    while pending:
        name, extras = pending.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            one = distribution(name)
        except PackageNotFoundError:  # ruled out by a marker: another system's, or another Python's
            continue
        found[name] = one
        pending += filter(None, (_parse_requirement(requirement, extras) for requirement in one.requires or []))
    found.pop(own, None)
    return found


def _parse_requirement(requirement: str, extras: frozenset[str]) -> tuple[str, frozenset[str]] | None:
    """Return the name and the extras; None if only an extra needs it that nobody asked for.

    Other markers need no reading: what they rule out is not installed.
    """
    match = _REQUIREMENT.match(requirement)
    if match is None:
        return None
    needs = _EXTRA.findall(match["marker"] or "")
    if needs and extras.isdisjoint(needs):
        return None
    its_extras = frozenset(extra.strip() for extra in (match["extras"] or "").split(",") if extra.strip())
    return re.sub(r"[-_.]+", "-", match["name"]).lower(), its_extras


def _measure_distribution(one: Distribution) -> int:
    """Return the size of the files and their bytecode, which only some installers list."""
    files = {Path(str(file.locate())) for file in one.files or []}
    compiled = {Path(cache_from_source(str(file))) for file in files if file.suffix == ".py"}
    return sum(file.stat().st_size for file in files | compiled if file.is_file())
