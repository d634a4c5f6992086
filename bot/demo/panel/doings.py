"""What can be done from the panel. Each answers with a sentence on what it did."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from bot.demo.panel import sayings
from bot.demo.panel.night import Night
from bot.demo.panel.trouble import HOW, Trouble
from bot.demo.show import Heard, Show
from bot.domain.routing import NOBODY
from bot.domain.words import format_count

Json = dict[str, Any]
SPEEDS = (0, 1, 10, 60)
MOST_AT_ONCE = 2000
LONGEST_NIGHT = 24
LONGEST_TROUBLE = 240
WORDS_MOST = 2000


class Nonsense(Exception):  # noqa: N818 - it is what it says
    """What was asked cannot be done, with the sentence that says why."""


class Doings:
    def __init__(self, show: Show) -> None:
        self._show = show
        self.trouble, self.night = Trouble(show), Night(show)
        self._can: dict[str, Callable[[Json], Awaitable[str]]] = {
            "say": self._say,
            "storm": self._storm,
            "break": self._break,
            "mend": self._mend,
            "night": self._night,
            "speed": self._speed,
            "colleagues": self._colleagues,
        }

    async def do(self, what: str, body: Json) -> str:
        """Raises Nonsense."""
        if what not in self._can:
            raise Nonsense("The panel can do nothing of that name.")
        return await self._can[what](body)

    async def _say(self, body: Json) -> str:
        text = _words(body, "text")
        if not text:
            raise Nonsense("Say something: the text is empty.")
        outlet = _words(body, "outlet") or sayings.OUTLETS[0]
        if outlet not in sayings.OUTLETS:
            raise Nonsense(f"The outlets are {', '.join(sayings.OUTLETS)}.")
        followers = _number(body, "followers", 0, 10**9)
        mention = sayings.one(text, _words(body, "author"), followers, outlet, self._show.clock.now())
        [heard] = await self._show.hear([mention])
        return f"Heard: {_gist(heard)} {self._standing()}".strip()

    async def _storm(self, body: Json) -> str:
        many = _number(body, "many", 1, MOST_AT_ONCE)
        about = _words(body, "about") or "lost bags"
        heard = await self._show.hear([*sayings.storm(many, about, self._show.brand, self._show.clock.now())])
        routed = sum(one.route.to != NOBODY for one in heard)
        return (
            f"{format_count(many, 'post')} about {about}, all at once; {routed} for a department. "
            f"{self._standing()}".strip()
        )

    async def _break(self, body: Json) -> str:
        how, minutes = _words(body, "how"), _number(body, "minutes", 1, LONGEST_TROUBLE)
        if how not in HOW:
            raise Nonsense(f"Slack can be {', '.join(HOW)}.")
        self.trouble.begin(how, timedelta(minutes=minutes))
        return f"For {format_count(minutes, 'minute')} of the day, Slack {HOW[how]}. {self._standing()}".strip()

    async def _mend(self, _: Json) -> str:
        self.trouble.end()
        return "Slack is well again. What it is owed comes as fast as its limits let it."

    async def _night(self, body: Json) -> str:
        if self.night.passing:
            raise Nonsense("A night is passing already.")
        return await self.night.passes(_number(body, "hours", 1, LONGEST_NIGHT), crisis=bool(body.get("crisis")))

    async def _speed(self, body: Json) -> str:
        speed = body.get("speed")
        if speed not in SPEEDS:
            raise Nonsense(f"The speeds are {', '.join(str(one) for one in SPEEDS)}.")
        if self.night.passing:
            raise Nonsense("A night is passing; wait until it is over.")
        self._show.clock.set_speed(speed)
        if not speed:
            return "The clock stands still."
        return "The day runs as fast as ours." if speed == 1 else f"The day runs {speed} times as fast as ours."

    async def _colleagues(self, body: Json) -> str:
        self._show.colleagues = bool(body.get("on"))
        if self._show.colleagues:
            return "Colleagues claim what nobody took for ten minutes, and resolve it."
        return "Colleagues leave everything to you."

    def _standing(self) -> str:
        return "" if self._show.clock.speed else "The clock stands: cards come when it runs."


def _gist(heard: Heard) -> str:
    found = heard.assessment
    feeling = "unsure" if found.is_unsure else found.sentiment.value
    if heard.route.to == NOBODY:
        return f"{found.intent.value}, {feeling}; nobody needs to see it, so it is counted."
    return f"{found.intent.value}, {feeling}; it goes to {heard.route.to}, by the route “{heard.route.name}”."


def _words(body: Json, key: str) -> str:
    return str(body.get(key) or "").strip()[:WORDS_MOST]


def _number(body: Json, key: str, least: int, most: int) -> int:
    try:
        found = int(body.get(key) or 0)
    except (TypeError, ValueError, OverflowError):
        raise Nonsense(f"{key.capitalize()}: a whole number, please.") from None
    if not least <= found <= most:
        raise Nonsense(f"{key.capitalize()}: from {least:,} to {most:,}.")
    return found
