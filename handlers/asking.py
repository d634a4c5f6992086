"""What listeners ask, and how they get it: Bolt hands anything in its context to whoever names it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from slack_bolt.context.async_context import AsyncBoltContext

from bot.cards.drawing import Drawing
from bot.usecases.cases import Cases
from bot.usecases.corrections import Corrections
from bot.usecases.crises import Crises
from bot.usecases.digests import Digests
from bot.usecases.drills import Drills
from bot.usecases.feeds import Feeds
from bot.usecases.flags import Flags
from bot.usecases.home import Home
from bot.usecases.oncall import OnCall
from bot.usecases.pages import Pages
from bot.usecases.spam import SpamBox
from handlers.reply import Reply

Payload = dict[str, Any]
"""What Slack sent, or a part of it."""


class Reports(Protocol):
    """Each may raise `NotAllowed` or `StoreUnavailable`."""

    async def answer(self, by: str, words: str) -> Drawing: ...

    async def share(self, by: str, words: str) -> Drawing: ...


@dataclass(frozen=True, slots=True)
class UseCases:
    cases: Cases
    digests: Digests
    flags: Flags
    reports: Reports
    home: Home
    oncall: OnCall
    drills: Drills
    crises: Crises
    feeds: Feeds
    corrections: Corrections
    spam: SpamBox
    pages: Pages


def giving(usecases: UseCases) -> Callable[..., Awaitable[None]]:
    """A middleware that gives every listener the use cases, who asks (`by`), and the way to answer (`reply`)."""

    async def inject(context: AsyncBoltContext, next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - Bolt's name
        context["cases"] = usecases.cases
        context["digests"] = usecases.digests
        context["flags"] = usecases.flags
        context["reports"] = usecases.reports
        context["home"] = usecases.home
        context["oncall"] = usecases.oncall
        context["usecases"] = usecases
        context["corrections"] = usecases.corrections
        context["spam"] = usecases.spam
        context["crises"] = usecases.crises
        context["pages"] = usecases.pages
        context["by"] = context.user_id or ""
        context["reply"] = Reply(context.client, context.user_id or "", context.response_url or "")
        await next()

    return inject
