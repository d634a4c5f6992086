"""The use cases, and their injection: Bolt passes values of its context to parameters of the same name."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Any, Protocol

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.cards.block_kit import RenderedMessage
from bot.cards.home_view import HomeState
from bot.usecases.calendar_links import CalendarLinks
from bot.usecases.campaigns import CampaignUseCases
from bot.usecases.cases import CaseUseCases
from bot.usecases.colleagues import ColleagueUseCases
from bot.usecases.corrections import CorrectionUseCases
from bot.usecases.crises import CrisisUseCases
from bot.usecases.day_messages import DayMessageUseCases
from bot.usecases.digests import DigestUseCases
from bot.usecases.drills import DrillUseCases
from bot.usecases.episodes import EpisodeUseCases
from bot.usecases.exports import ExportUseCases
from bot.usecases.flag_message import FlagUseCases
from bot.usecases.home import HomeTab
from bot.usecases.installations import InstallationUseCases
from bot.usecases.ledger import LedgerUseCases
from bot.usecases.mutes import MuteUseCases
from bot.usecases.offers import OfferUseCases
from bot.usecases.oncall import OnCallUseCases
from bot.usecases.paging import PagingUseCases
from bot.usecases.persons import PersonUseCases
from bot.usecases.recognition import RecognitionUseCases
from bot.usecases.replies import ReplyUseCases
from bot.usecases.report_schedules import ReportScheduleUseCases
from bot.usecases.roles import RoleUseCases
from bot.usecases.roll_ups import RollUpUseCases
from bot.usecases.spam import SpamReview
from bot.usecases.staff_posts import StaffPostReview
from bot.usecases.storms import StormUseCases
from bot.usecases.subject_preview import SubjectPreviews
from bot.usecases.tempo import TempoUseCases
from bot.usecases.thanks import ThankUseCases
from bot.usecases.theme_review import ThemeReview
from handlers.chart_upload import PAUSE
from handlers.home_responder import HomeResponder
from handlers.payloads import find_home, find_modal, get_block_id
from handlers.responder import Responder

__all__ = ["AsyncAck", "CampaignUseCases", "CaseUseCases", "ColleagueUseCases", "CorrectionUseCases", "CrisisUseCases"]
__all__ += [
    "DayMessageUseCases",
    "DigestUseCases",
    "FlagUseCases",
    "HomeTab",
    "InstallationUseCases",
    "LedgerUseCases",
    "MuteUseCases",
    "OfferUseCases",
]
__all__ += ["ReplyUseCases", "ReportUseCases", "Responder", "RoleUseCases", "RollUpUseCases", "SpamReview"]
__all__ += ["StaffPostReview", "StormUseCases", "SubjectPreviews", "ThankUseCases", "ThemeReview", "UseCases"]
__all__ += ["EpisodeUseCases", "ExportUseCases", "ReportScheduleUseCases", "inject_use_cases"]
__all__ += ["OnCallUseCases", "PagingUseCases", "Payload", "PersonUseCases"]

Payload = dict[str, Any]
"""A request of Slack's, or a part of it."""


class ReportUseCases(Protocol):
    """Each may raise `NotAllowed` or `StoreUnavailable`."""

    async def answer_question(self, by: str, words: str) -> RenderedMessage: ...

    async def share_report(self, by: str, words: str, channel: str, message: str) -> RenderedMessage: ...

    async def confirm_share(self, by: str, words: str, channel: str, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class UseCases:
    cases: CaseUseCases
    digests: DigestUseCases
    roll_ups: RollUpUseCases
    flags: FlagUseCases
    reports: ReportUseCases
    report_schedules: ReportScheduleUseCases
    home: HomeTab
    oncall: OnCallUseCases
    drills: DrillUseCases
    crises: CrisisUseCases
    feeds: CalendarLinks
    corrections: CorrectionUseCases
    spam: SpamReview
    staff_posts: StaffPostReview
    tempo: TempoUseCases
    recognition: RecognitionUseCases
    pages: PagingUseCases
    roles: RoleUseCases
    ledger: LedgerUseCases
    mutes: MuteUseCases
    colleagues: ColleagueUseCases
    offers: OfferUseCases
    thanks: ThankUseCases
    day_messages: DayMessageUseCases
    storms: StormUseCases
    persons: PersonUseCases
    previews: SubjectPreviews
    replies: ReplyUseCases
    campaigns: CampaignUseCases
    themes: ThemeReview
    episodes: EpisodeUseCases
    exports: ExportUseCases


def inject_use_cases(picture_pause: float = PAUSE) -> Callable[..., Awaitable[None]]:
    """Return a middleware that passes listeners each use case, the person (`by`) and a `Responder` (`reply`)."""

    async def inject(
        usecases: UseCases | None,
        context: AsyncBoltContext,
        body: Payload,
        next: Callable[[], Awaitable[None]],  # noqa: A002 - Bolt's name
    ) -> None:
        if usecases is None:  # the app was uninstalled
            await next()
            return
        for one in fields(usecases):
            context[one.name] = getattr(usecases, one.name)
        context["by"] = context.user_id or ""
        context["reply"] = _build_responder(context, body, usecases.home, picture_pause)
        await next()

    return inject


def _build_responder(context: AsyncBoltContext, body: Payload, home: HomeTab, pause: float) -> Responder:
    """Return a responder that answers where the person is: on the Home tab, in the modal, or beside the message."""
    client, person = context.client, context.user_id or ""
    if (view := find_home(body)) is not None:
        state = HomeState.from_json(view.get("private_metadata", ""))
        return HomeResponder(client, person, home, state, get_block_id(body))
    return Responder(client, person, context.response_url or "", find_modal(body), pause)
