"""The playbook in force, which may be read again while the house runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.config.loader import NONE, load_playbook
from bot.config.playbook import Playbook
from bot.config.playbook_errors import PlaybookError, PlaybookFault


class PlaybookReloader:
    """Raises PlaybookFaults if the file is bad at start; from then on a bad one is refused and the old one stays."""

    def __init__(
        self,
        path: Path | str,
        *,
        sources: Mapping[str, type[BaseModel]] = NONE,
        dimensions: Mapping[str, frozenset[str]] = NONE,
    ) -> None:
        self._path = path
        self._known: dict[str, Any] = {"sources": sources, "dimensions": dimensions}
        self.current: Playbook = load_playbook(path, **self._known)

    def reload(self) -> tuple[PlaybookFault, ...]:
        """Read the file again; what is wrong with it, or nothing if it is in force now.

        Who runs sources and detectors has to look at `current` again; only what is asked of it each time changes by
        itself.
        """
        try:
            self.current = self.load_candidate()
        except PlaybookError as faults:
            return faults.faults
        return ()

    def load_candidate(self) -> Playbook:
        """What the file says now, which is not yet in force. Raises PlaybookFaults."""
        read = load_playbook(self._path, **self._known)
        if read.slug != self.current.slug:
            kept = self.current.brand.name
            sentence = f"everything is kept under '{kept}', id \"{self.current.slug}\"; restart to work under another"
            raise PlaybookError(str(self._path), (PlaybookFault("brand.name", sentence),))
        return read
