"""The current playbook, which can be reloaded while Earshot runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.config.loader import NONE, load_playbook
from bot.config.playbook import Playbook
from bot.config.playbook_errors import PlaybookError, PlaybookFault


class PlaybookReloader:
    """Loads the playbook. Raises PlaybookError if it is invalid at start; later an invalid one does not replace it."""

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
        """Read the file again. Return its errors, or () if it is in force now.

        Sources and detectors must be rebuilt from `current` by their owner.
        """
        try:
            self.current = self.load_candidate()
        except PlaybookError as faults:
            return faults.faults
        return ()

    def load_candidate(self) -> Playbook:
        """Return the playbook in the file, without putting it in force. Raises PlaybookError."""
        read = load_playbook(self._path, **self._known)
        if read.slug != self.current.slug:
            kept = self.current.brand.name
            sentence = f"all data is stored under '{kept}', id \"{self.current.slug}\". Restart Earshot to change it"
            raise PlaybookError(str(self._path), (PlaybookFault("brand.name", sentence),))
        return read
