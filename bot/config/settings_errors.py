"""Errors of the settings."""

from typing import NamedTuple


class SettingsFault(NamedTuple):
    """One error. `place` is the variable; the sentence never holds a secret."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


class SettingsError(Exception):
    """The settings are invalid; `faults` has every error."""

    def __init__(self, faults: tuple[SettingsFault, ...]) -> None:
        self.faults = faults
        super().__init__(faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))
