"""What is wrong with the settings, in sentences."""

from typing import NamedTuple


class SettingsFault(NamedTuple):
    """`place` is the variable's name. The sentence says what to do, and never what a secret is."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


class SettingsError(Exception):
    """The settings cannot be used; every reason is in `faults`."""

    def __init__(self, faults: tuple[SettingsFault, ...]) -> None:
        self.faults = faults
        super().__init__(faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))
