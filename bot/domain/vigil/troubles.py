"""What is wrong with Earshot itself: found twice in a row, told once, over by itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.domain.decision import Decision
from bot.domain.making import remade
from bot.domain.notification import Notification, NotificationKind
from bot.domain.pages.matter import Standing
from bot.domain.pages.page import Cause, CauseKind, Page, Severity, open_page
from bot.domain.vigil.silence import Heard, hear, silent
from bot.domain.words import length

OPERATORS = "operators"
"""Who is called, as a department is named in pages and outboxes."""
LOOKED_EVERY = timedelta(seconds=30)
AWAY_AFTER = timedelta(minutes=5)
"""Between two looks: so long a pause means that we did not run, and that nobody listened."""
INBOX_OLDEST = timedelta(minutes=5)
OUTBOX_OLDEST = timedelta(minutes=20)
"""Lists take over long before; what waits so long cannot be delivered at all."""
LOOKS = 2
"""In a row, before something is wrong, and before it is well again."""
OVER_KEPT = 20
INBOX, OUTBOX, BOOKS = "inbox", "outbox", "books"


class Signs(NamedTuple):
    """What one look sees."""

    heard: Mapping[str, float]
    """Source → when it last gave a mention, seconds since the epoch; those of the playbook alone."""
    inbox: timedelta = timedelta()
    """For how long the oldest mention waits for triage."""
    outbox: timedelta = timedelta()
    """For how long the oldest message waits for Slack."""
    unaccounted: int = 0
    """Mentions that are nowhere in the books."""
    said: Mapping[str, str] = {}
    """What pagers say of themselves, by part."""


class Trouble(BaseModel):
    """`name` tells one from the other; `sentence` is in our own words."""

    model_config = ConfigDict(frozen=True)

    name: str
    sentence: str
    since: datetime
    well: int = 0
    """Looks in a row at which it was not there."""
    over_at: datetime | None = None

    @property
    def cause(self) -> Cause:
        """One that comes back is called for anew."""
        return Cause(CauseKind.OPERATORS, self.name, int(self.since.timestamp()))


class Vigil(BaseModel):
    """All that is known from look to look. `version` counts commits."""

    model_config = ConfigDict(frozen=True)

    version: int = 0
    looked_at: datetime | None = None
    up_since: float = 0.0
    """Since when somebody listens without a pause, seconds since the epoch."""
    heard: dict[str, Heard] = {}
    suspected: tuple[str, ...] = ()
    """Seen at the last look for the first time."""
    troubles: dict[str, Trouble] = {}
    over: tuple[Trouble, ...] = ()
    """The last ones that were."""

    def trouble(self, name: str, since: int) -> Trouble | None:
        found = (self.troubles.get(name), *self.over)
        return next((one for one in found if one and one.name == name and one.cause.round == since), None)

    def due(self, at: datetime) -> bool:
        """Also where the clock was set back since: what lies in the future is not waited for."""
        return self.looked_at is None or abs(at - self.looked_at) >= LOOKED_EVERY


def look(vigil: Vigil, signs: Signs, at: datetime) -> Decision[Vigil]:
    """One look, with what was known before it."""
    now = at.timestamp()
    away = vigil.looked_at is None or at - vigil.looked_at > AWAY_AFTER
    up_since = now if away else vigil.up_since
    heard = {name: hear(vigil.heard.get(name, Heard()), last, up_since) for name, last in signs.heard.items()}
    found = dict(_found(signs, heard, up_since, now))
    begun = {
        name: Trouble(name=name, sentence=sentence, since=at.replace(microsecond=0))
        for name, sentence in found.items()
        if name in vigil.suspected and name not in vigil.troubles
    }
    looked = {name: _again(one, there=name in found) for name, one in vigil.troubles.items()}
    over = [remade(one, {"over_at": at}) for one in looked.values() if one.well >= LOOKS]
    left = {name: one for name, one in looked.items() if one.well < LOOKS}
    after = Vigil(
        version=vigil.version + 1,
        looked_at=at,
        up_since=up_since,
        heard=heard,
        suspected=tuple(name for name in found if name not in vigil.troubles and name not in begun),
        troubles={**left, **begun},
        over=(*vigil.over, *over)[-OVER_KEPT:],
    )
    return Decision(
        after,
        vigil,
        pages=tuple(_page(one, at) for one in begun.values()),
        woken=tuple(_page(one, at).id for one in over),
        notifications=(
            *(_notify(NotificationKind.UNWELL, one) for one in begun.values()),
            *(_notify(NotificationKind.WELL, one) for one in over),
        ),
    )


def standing(vigil: Vigil, page: Page) -> Standing:
    found = vigil.troubles.get(page.cause.id)
    return Standing(over=found is None or found.cause != page.cause)


def _found(signs: Signs, heard: Mapping[str, Heard], up_since: float, now: float) -> list[tuple[str, str]]:
    found = []
    for name, one in heard.items():
        if (silence := silent(one, up_since, now)) is not None:
            lasts, usual = (length(timedelta(seconds=seconds)) for seconds in silence)
            found.append((f"source:{name}", f"{name} is silent for {lasts}, at this time of the day usually {usual}"))
    if signs.inbox > INBOX_OLDEST:
        found.append((INBOX, f"mentions wait for triage for {length(signs.inbox)}"))
    if signs.outbox > OUTBOX_OLDEST:
        found.append((OUTBOX, f"messages wait for Slack for {length(signs.outbox)}"))
    if signs.unaccounted:
        found.append((BOOKS, f"the books do not balance, by {signs.unaccounted:,}"))
    return [*found, *signs.said.items()]


def _again(trouble: Trouble, *, there: bool) -> Trouble:
    return remade(trouble, {"well": 0 if there else trouble.well + 1})


def _page(trouble: Trouble, at: datetime) -> Page:
    return open_page(trouble.cause, Severity.SEV2, OPERATORS, at)


def _notify(kind: NotificationKind, trouble: Trouble) -> Notification:
    return Notification.of_health(kind, trouble.name, OPERATORS, trouble.cause.round)
