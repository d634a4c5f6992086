"""The use cases of one process, built from its store, its rules and its directories."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.live_rules import ReloadableRules
from bot.sinks.draft_client import DraftClient
from bot.sinks.slack_directory import SlackDirectory
from bot.store.given_offers import GivenOfferStore
from bot.store.staff_posts import StaffPostStore
from bot.store.store import Store
from bot.usecases.calendar_links import CalendarLinks
from bot.usecases.campaigns import CampaignUseCases
from bot.usecases.cases import CaseUseCases
from bot.usecases.colleagues import ColleagueUseCases
from bot.usecases.corrections import CorrectionUseCases, recompute_urgency
from bot.usecases.crises import CrisisUseCases
from bot.usecases.day_messages import DayMessageUseCases
from bot.usecases.digests import DigestUseCases
from bot.usecases.drills import DrillUseCases
from bot.usecases.episodes import EpisodeUseCases
from bot.usecases.exports import ExportUseCases
from bot.usecases.flag_message import FlagUseCases
from bot.usecases.home import HomeTab
from bot.usecases.ledger import LedgerUseCases
from bot.usecases.mutes import MuteUseCases
from bot.usecases.offers import OfferUseCases
from bot.usecases.on_call_lookup import StoredOnCallLookup
from bot.usecases.oncall import OnCallUseCases
from bot.usecases.paging import PagingUseCases
from bot.usecases.persons import PersonUseCases
from bot.usecases.recognition import RecognitionUseCases
from bot.usecases.replies import ReplyUseCases
from bot.usecases.report_schedules import ReportScheduleUseCases
from bot.usecases.reports import SentimentReports
from bot.usecases.roles import RoleUseCases
from bot.usecases.roll_ups import RollUpUseCases
from bot.usecases.schedule_permissions import SchedulePermissions
from bot.usecases.spam import SpamReview
from bot.usecases.staff import RoleLookup, StaffDirectory
from bot.usecases.staff_posts import StaffPostReview
from bot.usecases.storms import StormUseCases
from bot.usecases.subject_preview import SubjectPreviews
from bot.usecases.tempo import TempoUseCases
from bot.usecases.thanks import ThankUseCases
from bot.usecases.theme_review import ThemeReview
from bot.workers.paging.context import PageContexts
from handlers import UseCases


@dataclass(frozen=True, slots=True)
class SharedParts:
    """What use cases and workers of one process share: the store, the rules, the clock, and who is who."""

    store: Store
    rules: ReloadableRules
    clock: Clock
    directory: SlackDirectory
    on_call: StoredOnCallLookup
    roles: RoleLookup
    contexts: PageContexts

    @property
    def staff(self) -> StaffDirectory:
        return StaffDirectory(self.directory, self.on_call, self.roles)


def build_use_cases(parts: SharedParts, public_url: str, drafts: DraftClient | None) -> UseCases:
    store, rules, clock, directory, on_call = parts.store, parts.rules, parts.clock, parts.directory, parts.on_call
    staff, contexts = parts.staff, parts.contexts
    cases = CaseUseCases(store.cases, store.outbox, store.pages, store.persons, rules, staff, recompute_urgency, clock)
    permissions, secrets = SchedulePermissions(on_call, rules, staff), store.signing_secrets
    recognition = RecognitionUseCases(store.report_counters, rules, staff, clock)
    return UseCases(
        recognition=recognition,
        cases=cases,
        digests=DigestUseCases(store.digests, store.cases, rules, clock),
        roll_ups=RollUpUseCases(store.roll_ups, rules, clock),
        flags=FlagUseCases(store.flags, store.cases, rules, clock, rules.assess, staff, on_call, store.roll_ups),
        reports=(reports := SentimentReports(store, rules, clock, recognition)),
        report_schedules=ReportScheduleUseCases(store, rules, staff, reports, on_call, clock),
        corrections=CorrectionUseCases(store.cases, rules, staff, cases, rules.list_subjects, clock),
        spam=SpamReview(store.spam, store.cases, rules, recompute_urgency, clock),
        tempo=TempoUseCases(store.report_counters, rules, staff, clock),
        staff_posts=StaffPostReview(StaffPostStore(store.client, store.keys), rules, staff),
        oncall=OnCallUseCases(store.overrides, store.drills, on_call, rules, permissions, directory, clock),
        crises=CrisisUseCases(store, rules, staff, clock),
        drills=DrillUseCases(store.drills, rules, staff, clock),
        feeds=CalendarLinks(store.calendar_links, secrets, on_call, permissions, directory, clock, public_url),
        persons=PersonUseCases(
            store.persons, store.person_notes, store.cases, store.case_queues, store.roll_ups, rules, staff, clock
        ),
        storms=StormUseCases(store, rules, staff, cases, clock),
        previews=SubjectPreviews(store.recent_posts, clock),
        replies=(replies := ReplyUseCases(store.replies, cases, rules, staff, drafts, clock)),
        themes=ThemeReview(store, rules, staff, reports.parse_query, clock),
        campaigns=CampaignUseCases(store.campaigns, rules, staff, clock, store.backfires),
        episodes=EpisodeUseCases(store, rules, clock),
        exports=ExportUseCases(store.outbox, rules, reports.parse_query, staff, clock),
        thanks=ThankUseCases(store.praise, store.persons, cases, replies, rules, staff, clock),
        home=HomeTab(store, rules, on_call, staff, reports, clock),
        pages=PagingUseCases(store.pages, secrets, contexts, rules, staff, clock),
        roles=RoleUseCases(store.roles, rules, staff, directory, clock),
        ledger=LedgerUseCases(store.ledger, store.cases, rules, staff, rules.list_subjects, clock),
        mutes=MuteUseCases(store.mutes, store.cases, rules, staff, rules.list_source_names, directory, clock),
        colleagues=ColleagueUseCases(cases, store.cases, store.flags, rules, staff, clock),
        day_messages=DayMessageUseCases(store.day_messages, rules, staff, directory, clock),
        offers=OfferUseCases(cases, GivenOfferStore(store.client, store.keys), store.day_messages, rules, clock),
    )
