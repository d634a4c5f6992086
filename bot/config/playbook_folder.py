"""A folder of playbooks, one for each brand of a process."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.config.playbook import Playbook
from bot.config.playbook_errors import PlaybookError, PlaybookFault


def list_playbooks(folder: Path) -> list[Path]:
    """Return the files in the order of their names. Raises PlaybookError if there are none."""
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix == ".toml" and not file.name.startswith("."))
    except OSError as no:
        raise PlaybookError(str(folder), (PlaybookFault("", f"this folder cannot be read: {no.strerror}"),)) from None
    if not files:
        raise PlaybookError(str(folder), (PlaybookFault("", "there is no playbook in it. Their names end with .toml"),))
    return files


def check_playbooks(playbooks: Mapping[Path, Playbook]) -> Iterator[PlaybookError]:
    """Yield what keeps these playbooks from one process: each needs an id and a workspace of its own."""
    seen: dict[tuple[str, str], Path] = {}
    for file, playbook in playbooks.items():
        for key, value, why in (
            ("id", playbook.brand.id, "all data of a brand is stored under it"),
            ("team", playbook.brand.team, "Slack's requests name the workspace, and the brand is found by it"),
        ):
            if value is None:
                sentence = f"is not set. With several playbooks each needs its own, because {why}"
            elif (first := seen.setdefault((key, value), file)) is not file:
                sentence = f"'{value}' is that of {first}, too. Each needs its own, because {why}"
            else:
                continue
            yield PlaybookError(str(file), (PlaybookFault(f"brand.{key}", sentence),))
