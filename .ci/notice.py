"""Prints NOTICE: what an installation holds beside Earshot, by whom, under which licence.

Run it in an environment that has `requirements.lock` and nothing else (`make notice`): it lists what is installed,
as far as the lock names it, and fails where a distribution does not say its licence.
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+)", re.MULTILINE)
HEAD = """\
Earshot
Copyright: see LICENSE

An installation of Earshot holds the libraries below, unchanged, as their authors published them. Each keeps its
licence in its own folder (<name>.dist-info) beside the code. Those marked * are under a licence that asks you to
pass on its terms and to let people replace the library, which `pip install` of another version does; their source is
what is installed.
"""
COPYLEFT = re.compile(r"\b(L?GPL|MPL|EPL)|GNU|Mozilla", re.IGNORECASE)


def find_licence(found: Distribution) -> str:
    """Return the licence in the shortest form that the metadata holds; empty if it says nothing."""
    about = found.metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    named = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith("License :: ")]
    plain = [name for name in named if name != "OSI Approved"]
    if plain:
        return ", ".join(plain)
    return (about.get("License") or "").strip().split("\n")[0] or find_licence_in_files(found)


def find_licence_in_files(found: Distribution) -> str:
    """Return MIT if its words stand in a licence that is installed with it: the metadata need not name it."""
    files = [file.read_text() for file in found.files or [] if "licenses" in file.parts]
    return "MIT" if any("Permission is hereby granted, free of charge" in text for text in files) else ""


def find_home(found: Distribution) -> str:
    urls = dict(line.split(", ", 1) for line in found.metadata.get_all("Project-URL") or [] if ", " in line)
    for label in ("Source", "Source Code", "Repository", "Homepage", "GitHub", "source", "repository", "homepage"):
        if label in urls:
            return urls[label]
    return found.metadata.get("Home-page") or next(iter(urls.values()), "")


def main() -> int:
    lines, silent = [], []
    for name in sorted({pinned["name"] for pinned in PINNED.finditer(LOCK.read_text("utf-8"))}):
        try:
            found = distribution(name)
        except PackageNotFoundError:  # for another system, or another Python
            continue
        licence = find_licence(found)
        if not licence:
            silent.append(name)
        mark = "*" if COPYLEFT.search(licence) else " "
        lines.append(f"{mark} {found.metadata['Name']} {found.version}: {licence}\n    {find_home(found)}".rstrip())
    sys.stdout.write(HEAD + "\n" + "\n".join(lines) + "\n")
    if silent:
        sys.stderr.write(f"No licence is named by: {', '.join(silent)}\n")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
