"""A second pair of eyes for a reply, where the playbook asks for it: one person, on a clock with a default."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.stored_tuples import store_by_name


class ApprovalPolicy(NamedTuple):
    """`classes`: intents and kinds of harm; none: nothing needs approval. `default`: the answer when nobody answers."""

    classes: frozenset[str] = frozenset()
    within: timedelta = timedelta(minutes=15)
    default: bool = True
    by: str = ""
    """Who is asked."""

    def matches_labels(self, labels: Iterable[str]) -> bool:
        return bool(self.by) and not self.classes.isdisjoint(labels)


NO_APPROVAL = ApprovalPolicy()


@store_by_name
class ReplyApproval(NamedTuple):
    """The owner of a case asks a person to approve the text of a reply."""

    text: str
    by: str
    to: str
    at: datetime
    until: datetime
    default: bool = True
    approved: bool | None = None
    """None: not answered yet."""
    answered_by: str = ""
    """Empty: the clock."""

    @property
    def number(self) -> int:
        """Names this request among those of its case."""
        return int(self.at.timestamp() * 1000)
