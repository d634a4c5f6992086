"""The actions of the panel; each returns a sentence about what it did."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from bot.demo.panel.fault_injection import HOW, FaultInjector
from bot.demo.panel.sample_posts import OUTLETS, sample_mention, sample_storm
from bot.demo.panel.time_skip import ActionOutcome, TimeSkip
from bot.demo.session import AssessedMention, DemoSession
from bot.domain.routing import NOBODY
from bot.domain.text import format_count

Json = dict[str, Any]
SPEEDS = (0, 1, 10, 60)
MOST_AT_ONCE = 2000
LONGEST_SKIP = 24
LONGEST_FAULT = 240
WORDS_MOST = 2000
POSTING = {"say", "storm", "break"}
"""What makes something happen in the day, which then runs at the chosen speed."""


class InvalidActionError(Exception):
    """The action is impossible; the message says why."""


class PanelActions:
    def __init__(self, session: DemoSession) -> None:
        self._session, self._clock = session, session.clock
        self.faults = FaultInjector(session)
        self.skip = TimeSkip(session, self.faults)
        self._actions: dict[str, Callable[[Json], Awaitable[ActionOutcome]]] = {
            "say": self._publish_post,
            "storm": self._publish_storm,
            "break": self._break_slack,
            "mend": self._mend_slack,
            "night": self._skip_to_night,
            "skip": self._skip_hours,
            "speed": self._change_speed,
            "teammates": self._toggle_teammates,
        }

    async def run(self, name: str, body: Json) -> ActionOutcome:
        """Run an action; raise InvalidActionError."""
        if name not in self._actions:
            raise InvalidActionError("There is no such action.")
        if self.skip.is_running:
            raise InvalidActionError("A skip is running. Try again in a few seconds.")
        if name in POSTING:
            self._session.apply_speed()
        return await self._actions[name](body)

    async def _publish_post(self, body: Json) -> ActionOutcome:
        text = _read_words(body, "text")
        if not text:
            raise InvalidActionError("The post is empty. Write something first.")
        outlet = _read_words(body, "outlet") or OUTLETS[0]
        if outlet not in OUTLETS:
            raise InvalidActionError(f"The outlets are {', '.join(OUTLETS)}.")
        followers = _read_number(body, "followers", 0, 10**9)
        author, now = _read_words(body, "author"), self._clock.now()
        [assessed] = await self._session.publish([sample_mention(text, author, followers, outlet, now)])
        return ActionOutcome(_summarize_assessment(assessed))

    async def _publish_storm(self, body: Json) -> ActionOutcome:
        many = _read_number(body, "many", 1, MOST_AT_ONCE)
        about = _read_words(body, "about") or "lost bags"
        storm = sample_storm(many, about, self._session.brand, self._clock.now())
        routed = sum(one.route.to != NOBODY for one in await self._session.publish([*storm]))
        return ActionOutcome(f"{format_count(many, 'post')} about {about}, all at once. {routed} go to a department.")

    async def _break_slack(self, body: Json) -> ActionOutcome:
        how, minutes = _read_words(body, "how"), _read_number(body, "minutes", 1, LONGEST_FAULT)
        if how not in HOW:
            raise InvalidActionError(f"Slack can be {', '.join(HOW)}.")
        self.faults.start(how, timedelta(minutes=minutes))
        return ActionOutcome(f"Slack {HOW[how]}, for {format_count(minutes, 'minute')} of the day.")

    async def _mend_slack(self, _: Json) -> ActionOutcome:
        self.faults.stop()
        return ActionOutcome("Slack is back. Sending the backlog.")

    async def _skip_to_night(self, _: Json) -> ActionOutcome:
        return await self.skip.skip_to_night()

    async def _skip_hours(self, body: Json) -> ActionOutcome:
        return await self.skip.skip_hours(_read_number(body, "hours", 1, LONGEST_SKIP))

    async def _change_speed(self, body: Json) -> ActionOutcome:
        speed = body.get("speed")
        if speed not in SPEEDS:
            raise InvalidActionError(f"The speeds are {', '.join(str(one) for one in SPEEDS)}.")
        self._session.set_speed(speed)
        if not speed:
            return ActionOutcome("The day is paused. What is on its way still arrives.")
        return ActionOutcome("The day runs in real time." if speed == 1 else f"The day runs {speed} times as fast.")

    async def _toggle_teammates(self, body: Json) -> ActionOutcome:
        self._session.teammates = bool(body.get("on"))
        if self._session.teammates:
            return ActionOutcome("Teammates claim what nobody took for ten minutes, and resolve it.")
        return ActionOutcome("Teammates leave everything to you.")


def _summarize_assessment(assessed: AssessedMention) -> str:
    found, route = assessed.assessment, assessed.route
    sentiment = "unclear" if found.is_unsure else found.sentiment.value
    kind = f"{found.intent.value.capitalize()}, {sentiment}."
    if route.to == NOBODY:
        return f"{kind} Nobody needs to see it, so it is only counted."
    return f"{kind} Sent to {route.to} by the rule “{route.name}”."


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
