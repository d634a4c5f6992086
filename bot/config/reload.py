"""The current playbook, which can be reloaded while Earshot runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.config.loader import NONE, load_playbook, parse_playbook
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
        text: str | None = None,
    ) -> None:
        """`text` is used in place of what is in the file."""
        self.path = Path(path)
        self._known: dict[str, Any] = {"sources": sources, "dimensions": dimensions}
        self.current: Playbook = self._read(text)

    def reload(self, text: str | None = None) -> tuple[PlaybookFault, ...]:
        """Read the file again, or `text`. Return its errors, or () if it is in force now.

        Sources and detectors must be rebuilt from `current` by their owner.
        """
        try:
            self.current = self.load_candidate(text)
        except PlaybookError as faults:
            return faults.faults
        return ()

    def load_candidate(self, text: str | None = None) -> Playbook:
        """Return the playbook in the file, or in `text`, without putting it in force. Raises PlaybookError."""
        read = self._read(text)
        if read.slug != self.current.slug:
            kept = self.current.brand.name
            sentence = f"all data is stored under '{kept}', id \"{self.current.slug}\". Restart Earshot to change it"
            raise PlaybookError(str(self.path), (PlaybookFault("brand.name", sentence),))
        if read.brand.team != self.current.brand.team:
            sentence = "the workspace of a brand cannot change while Earshot runs. Restart it"
            raise PlaybookError(str(self.path), (PlaybookFault("brand.team", sentence),))
        return read

    def _read(self, text: str | None) -> Playbook:
        if text is None:
            return load_playbook(self.path, **self._known)
        return parse_playbook(text, str(self.path), **self._known)
