"""Who can answer, and who may do what."""

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.hours import Hours


class Department(BaseModel):
    """`deputies` and `on_call` hold Slack ids: people (`U…`, `W…`) or user groups (`S…`)."""

    model_config = ConfigDict(frozen=True)

    name: str
    channel: str
    deputies: tuple[str, ...] = ()
    on_call: tuple[str, ...] = ()
    hours: Hours = Hours()
    fallback: str = ""
    authority: str = ""


class Staff(BaseModel):
    """The people of one department, its user groups already taken apart into people."""

    model_config = ConfigDict(frozen=True)

    department: str
    deputies: frozenset[str] = Field(default_factory=frozenset)
    unsure: bool = False
    """Slack did not say who is in one of the user groups, so that somebody may be missing here."""
    managers: frozenset[str] = Field(default_factory=frozenset)

    def may_answer(self, person: str) -> bool:
        return person in self.deputies or person in self.managers

    def manages(self, person: str) -> bool:
        return person in self.managers
