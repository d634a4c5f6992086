"""The actions of the panel; each returns a sentence about what it did."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from bot.demo.panel.fast_forward import FastForward
from bot.demo.panel.fault_injection import HOW, FaultInjector
from bot.demo.panel.sample_posts import OUTLETS, sample_mention, sample_storm
from bot.demo.session import AssessedMention, DemoSession
from bot.domain.routing import NOBODY
from bot.domain.text import format_count

Json = dict[str, Any]
SPEEDS = (0, 1, 10, 60)
MOST_AT_ONCE = 2000
LONGEST_NIGHT = 24
LONGEST_FAULT = 240
WORDS_MOST = 2000


class InvalidActionError(Exception):
    """The action is impossible; the message says why."""


class PanelActions:
    def __init__(self, session: DemoSession) -> None:
        self._session, self._clock = session, session.clock
        self.faults, self.night = FaultInjector(session), FastForward(session)
        self._actions: dict[str, Callable[[Json], Awaitable[str]]] = {
            "say": self._publish_post,
            "storm": self._publish_storm,
            "break": self._break_slack,
            "mend": self._mend_slack,
            "night": self._pass_night,
            "speed": self._change_speed,
            "colleagues": self._toggle_colleagues,
        }

    async def run(self, name: str, body: Json) -> str:
        """Run an action; raise InvalidActionError."""
        if name not in self._actions:
            raise InvalidActionError("The panel can do nothing of that name.")
        return await self._actions[name](body)

    async def _publish_post(self, body: Json) -> str:
        text = _read_words(body, "text")
        if not text:
            raise InvalidActionError("Say something: the text is empty.")
        outlet = _read_words(body, "outlet") or OUTLETS[0]
        if outlet not in OUTLETS:
            raise InvalidActionError(f"The outlets are {', '.join(OUTLETS)}.")
        followers = _read_number(body, "followers", 0, 10**9)
        author, now = _read_words(body, "author"), self._clock.now()
        [assessed] = await self._session.publish([sample_mention(text, author, followers, outlet, now)])
        return self._note_stopped_clock(f"Heard: {_summarize_assessment(assessed)}")

    async def _publish_storm(self, body: Json) -> str:
        many = _read_number(body, "many", 1, MOST_AT_ONCE)
        about = _read_words(body, "about") or "lost bags"
        storm = sample_storm(many, about, self._session.brand, self._clock.now())
        routed = sum(one.route.to != NOBODY for one in await self._session.publish([*storm]))
        posts = f"{format_count(many, 'post')} about {about}, all at once"
        return self._note_stopped_clock(f"{posts}; {routed} for a department.")

    async def _break_slack(self, body: Json) -> str:
        how, minutes = _read_words(body, "how"), _read_number(body, "minutes", 1, LONGEST_FAULT)
        if how not in HOW:
            raise InvalidActionError(f"Slack can be {', '.join(HOW)}.")
        self.faults.start(how, timedelta(minutes=minutes))
        return self._note_stopped_clock(f"For {format_count(minutes, 'minute')} of the day, Slack {HOW[how]}.")

    async def _mend_slack(self, _: Json) -> str:
        self.faults.stop()
        return "Slack is well again. What it is owed comes as fast as its limits let it."

    async def _pass_night(self, body: Json) -> str:
        if self.night.passing:
            raise InvalidActionError("A night is passing already.")
        return await self.night.run(_read_number(body, "hours", 1, LONGEST_NIGHT), crisis=bool(body.get("crisis")))

    async def _change_speed(self, body: Json) -> str:
        speed = body.get("speed")
        if speed not in SPEEDS:
            raise InvalidActionError(f"The speeds are {', '.join(str(one) for one in SPEEDS)}.")
        if self.night.passing:
            raise InvalidActionError("A night is passing; wait until it is over.")
        self._clock.set_speed(speed)
        if not speed:
            return "The clock stands still."
        return "The day runs as fast as ours." if speed == 1 else f"The day runs {speed} times as fast as ours."

    async def _toggle_colleagues(self, body: Json) -> str:
        self._session.colleagues = bool(body.get("on"))
        if self._session.colleagues:
            return "Colleagues claim what nobody took for ten minutes, and resolve it."
        return "Colleagues leave everything to you."

    def _note_stopped_clock(self, sentence: str) -> str:
        return sentence if self._clock.speed else f"{sentence} The clock stands: cards come when it runs."


def _summarize_assessment(assessed: AssessedMention) -> str:
    found, route = assessed.assessment, assessed.route
    sentiment = "unsure" if found.is_unsure else found.sentiment.value
    if route.to == NOBODY:
        return f"{found.intent.value}, {sentiment}; nobody needs to see it, so it is counted."
    return f"{found.intent.value}, {sentiment}; it goes to {route.to}, by the route “{route.name}”."


def _read_words(body: Json, key: str) -> str:
    return str(body.get(key) or "").strip()[:WORDS_MOST]


def _read_number(body: Json, key: str, least: int, most: int) -> int:
    try:
        found = int(body.get(key) or 0)
    except (TypeError, ValueError, OverflowError):
        raise InvalidActionError(f"{key.capitalize()}: a whole number, please.") from None
    if not least <= found <= most:
        raise InvalidActionError(f"{key.capitalize()}: from {least:,} to {most:,}.")
    return found
