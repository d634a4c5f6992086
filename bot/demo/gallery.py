"""The gallery: every card, modal and message in its states, drawn from sample records. A new one is one line here."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.cards import (
    action_ids,
    case,
    case_assessment,
    case_lists,
    case_messages,
    case_requests,
    case_search,
    cautions,
    colleague_posts,
    crises,
    crisis_modals,
    digests,
    drills,
    export_messages,
    follow_ups,
    health,
    home,
    ledger_entries,
    modals,
    mutes,
    oncall,
    oncall_requests,
    owner_brief,
    paging,
    person_history,
    reply,
    roles,
    roll_ups,
    sentiment_report,
    shift_summary,
    snooze,
    spam,
    spikes,
    storms,
    subject_preview,
    tempo,
    thanks,
    theme_list,
)
from bot.cards import help as help_card
from bot.cards.block_kit import RenderedMessage
from bot.cards.case_search import SearchQuery, SearchResult
from bot.cards.home_view import DepartmentSummary, HomeNotice, HomeView, SourceSummary
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.oncall import OnCallSummary
from bot.cards.page_text import build_case_page_context
from bot.demo.gallery_campaigns import list_campaign_drawings, list_digest_drawings
from bot.demo.gallery_samples import AT, BEN, GallerySamples, list_pages
from bot.domain.adoption import UnfinishedWork
from bot.domain.case import Case, CaseResolution
from bot.domain.case_requests import CaseRequest
from bot.domain.cases.queues import CasePage, CaseQueue, QueueCounts
from bot.domain.cases.roll_ups import RollUp, RollUpTopic
from bot.domain.day_message import DayMessage
from bot.domain.destination import ToChannel, ToPerson
from bot.domain.drills import Drill
from bot.domain.health.issues import HealthIssue
from bot.domain.health.source_health import DOLLARS, PostDelay, SourceHealth, SourceQuota
from bot.domain.ledger.entry import EntryKind, EntryState, LedgerEntry, change_entry
from bot.domain.ledger.suggestions import EntrySuggestion
from bot.domain.mutes import CountedMute, Mute, MuteKind
from bot.domain.offers import OfferUse
from bot.domain.own_accounts import StaffSign
from bot.domain.paging.page import Page
from bot.domain.periods import TimeSpan
from bot.domain.persons.claim_questions import ClaimQuestion
from bot.domain.persons.etiquette import Caution
from bot.domain.persons.person import AuthorContext, OpenCase, Person, PersonLabel, PersonNote
from bot.domain.replies.lengths import ReplyLength
from bot.domain.reports.export_request import ExportFormat, ExportRequest
from bot.domain.reports.export_rows import ExportKind
from bot.domain.reports.precision import PrecisionAspect, PrecisionEstimate
from bot.domain.reports.ranges import parse_known_range
from bot.domain.reports.recognition import ColleagueFigures
from bot.domain.reports.report import (
    CautionFigures,
    CoverageFigures,
    DepartmentFigures,
    FigureGap,
    FlagFigures,
    FollowUpFigures,
    OutcomeFigures,
    Report,
    ReportQuery,
    SentimentCounts,
    TallyKey,
    count_intents,
)
from bot.domain.reports.statistics import DurationStats
from bot.domain.reports.step_timings import TempoRow
from bot.domain.reports.theme_figures import ThemeFigures
from bot.domain.shift_summary import ShiftSummary
from bot.domain.storm import StormProgress
from bot.domain.theme_suggestions import ThemeSuggestion
from bot.domain.themes import Theme

Drawing = RenderedMessage | dict[str, Any]
"""A message, or the view of a modal or of the Home tab."""
LINK = "https://slack.com/app_redirect?channel=C0CARE&message_ts=1773132000.000100"
SUBJECTS = ("Northwind Air", "Cloudpass")
ZONE = "Europe/Lisbon"


class GalleryEntry(NamedTuple):
    title: str
    drawing: Drawing


REPORT_CHOICES = (
    ("Subjects", tuple(ReportQuery(subject=name) for name in SUBJECTS)),
    ("Departments", tuple(ReportQuery(department=name) for name in ("care", "pr"))),
    ("Themes", (ReportQuery(theme="baggage"),)),
)


def list_drawings(samples: GallerySamples) -> list[GalleryEntry]:
    parts = (
        _draw_cases,
        _draw_messages,
        _draw_storms,
        _draw_pages,
        _draw_crises,
        _draw_themes,
        _draw_campaigns,
        _draw_ledger,
        _draw_reports,
        _draw_oncall,
        _draw_roles,
        _draw_modals,
        _draw_replies,
        _draw_persons,
        _draw_home,
    )
    return [GalleryEntry(title, drawing) for part in parts for title, drawing in part(samples) if drawing is not None]


Drawings = Iterator[tuple[str, Drawing | None]]


def _draw_cases(on: GallerySamples) -> Drawings:
    yield "Card: new", case.render_case(on.new, on.care, AT)
    yield "Card: somebody who wrote before", case.render_case(on.new, on.care, AT, author=on.author)
    yield "Card: overdue", case.render_case(on.overdue, on.care, AT)
    yield "Card: a question", case.render_case(on.question, on.care, AT)
    yield "Card: praise", case.render_case(on.praise, on.care, AT)
    yield "Card: claimed", case.render_case(on.claimed, on.care, AT)
    yield "Card: claimed, and they wrote again", case.render_case(on.joined, on.care, AT)
    yield "Card: resolved", case.render_case(on.resolved, on.care, AT)
    yield "Card: resolved, with a follow-up", case.render_case(on.follow_up, on.care, AT)
    owned, unowned = on.answered_in_public
    yield "Card: answered in public, claimed", case.render_case(owned, on.care, AT)
    yield "Card: answered in public, unclaimed", case.render_case(unowned, on.care, AT)
    yield "Card: edited by its author", case.render_case(on.case_after_edit, on.care, AT)
    yield "Card: deleted by its author", case.render_case(on.case_after_deletion, on.care, AT)
    yield "Card: a review with stars and a place", case.render_case(on.review, on.care, AT)
    yield "Card: a reply with pictures", case.render_case(on.reply, on.care, AT)
    yield "Card: reopened", case.render_case(on.reopened, on.care, AT)
    for name, page in list_pages(on):
        yield f"Card: a crisis, page {name}", case.render_case(on.crisis_case, on.pr, AT, page)
    yield "Card: moved to another department", case.render_moved_notice(on.new, "pr")
    yield "Card: as Slack shows it when it refuses our blocks", case.render_case_fallback(on.new, on.care, AT)
    yield "What the owner can offer", owner_brief.render_owner_brief(_build_brief(on))


def _build_brief(on: GallerySamples) -> owner_brief.OwnerBrief:
    uses = tuple(OfferUse(one, 14_000) for one in on.care.offers)
    return owner_brief.OwnerBrief(on.care, uses, on.care.guidance, _build_day_message(on))


def _build_day_message(on: GallerySamples) -> DayMessage:
    text = "Refunds for the storm open at noon. Say so, and send them to the app."
    return DayMessage(department=on.care.name, text=text, by=BEN, since=AT, until=AT + timedelta(hours=9))


def _draw_follow_ups(on: GallerySamples) -> Drawings:
    offered, many = on.follow_up, RollUp("care", ToPerson("U0RAJ"), RollUpTopic.FOLLOW_UPS)
    yield "Follow-up", follow_ups.render_follow_up(offered, LINK)
    yield "Follow-ups: several", follow_ups.render_follow_ups(many, [on.follow_up], 12, on.care)
    yield "Follow-up: passed on", follow_ups.render_follow_up_end(on.care, offered)
    yield "Follow-up: nobody took it", follow_ups.render_follow_up_end(on.care, on.expired)
    yield "Follow-up: satisfied", follow_ups.render_follow_up_end(on.care, on.answered)
    yield "Follow-up: reopened", follow_ups.render_follow_up_end(on.care, on.reopened)
    yield "Follow-ups: all done", follow_ups.render_follow_up_end(on.care)
    yield "Follow-ups of yesterday", follow_ups.render_old_follow_ups()


def _draw_messages(on: GallerySamples) -> Drawings:
    to, claims = ToPerson("U0RAJ"), RollUp("care", ToPerson("U0RAJ"))
    yield "Reminder in the thread", case_messages.render_claim_reminder(on.overdue, on.care, AT)
    yield "Call about one case", roll_ups.render_case_call(on.overdue, on.care, on.on_call, to, AT, LINK)
    yield "Roll-up", roll_ups.render_roll_up(claims, 12, AT - timedelta(minutes=25), on.care, on.on_call, AT)
    yield "Roll-up: over", roll_ups.render_roll_up_end(on.care)
    yield from _draw_follow_ups(on)
    yield "Reminder below a list", case_messages.render_digest_reminder([on.overdue, on.new], on.care)
    yield "Reminder below a list: over", case_messages.render_digest_reminder_outcome()
    yield "Lease: half is over", case_messages.render_lease_reminder(on.claimed, on.care, LINK)
    yield "Lease: lost", case_messages.render_lost_claim(on.claimed, on.care, LINK)
    yield "Lease: renewed", case_messages.render_lease_renewed(on.claimed)
    yield "Released", case_messages.render_released(on.new, on.care)
    yield "They wrote again", case_messages.render_joined_notice(on.joined, LINK)
    yield "They wrote again, still resolved", case_messages.render_still_resolved_notice(on.resolved, LINK)
    yield "Open once more", case_messages.render_reopened_notice(on.reopened, on.care, LINK)
    yield "Post deleted", case_messages.render_deletion_notice(on.claimed)
    yield "Answered in public", case_messages.render_public_reply_notice(on.answered_in_public[0])
    yield "Handed over", case_messages.render_handed_over(on.claimed, LINK)
    if unsatisfied := case_messages.render_follow_up_notice(on.reopened_follow_up, on.care, LINK):
        yield "Not satisfied", unsatisfied
    yield "Claimed from a message", case_messages.render_claimed(on.claimed, on.care)
    yield "Leads elsewhere after a correction", case_messages.render_move_suggestion(on.new, "pr")
    yield "Is it a crisis?", case_messages.render_confirm_request(on.flagged, on.pr, LINK)
    yield "Confirmed", case_messages.render_confirmed(on.crisis_case, on.pr)
    yield "Flagged", case_messages.render_flagged(on.new, on.care)
    yield "What you flagged is resolved", case_messages.render_closure(on.resolved, LINK)
    yield "Channel error", case_messages.render_channel_error("care", "C0CARE", "Its channel is archived.")


def _draw_storms(on: GallerySamples) -> Drawings:
    yield "Digest", digests.render_digest("1773133333333-ABCDEFGH", on.care, on.storm, AT, 300, 240)
    yield "Spike", spikes.render_spike(on.spike)
    worked_on = on.spike.copy_with(facts="Refunds open at 12:00. Bags arrive on the next flight.", facts_by=BEN)
    yield "Spike: worked on", spikes.render_spike(worked_on, progress=StormProgress(60, 28, 212))
    over = worked_on.copy_with(ended_at=AT + timedelta(hours=2))
    yield "Spike: over", spikes.render_spike(over, progress=StormProgress(resolved=300))
    taken = storms.ClaimedCases(on.spike.id, [on.claimed, *on.storm[:5]], worked_on.facts, AT)
    yield "Took ten", storms.render_claimed_cases(taken)
    done = storms.ResolvedCases(on.storm, CaseResolution.ANSWERED, ["<@U0ANA> has this one."])
    yield "Resolved many", storms.render_resolved_cases(done)


def _draw_pages(on: GallerySamples) -> Drawings:
    context = build_case_page_context(on.crisis_case, LINK)._replace(again_at=AT + timedelta(minutes=38))
    for name, page in list_pages(on):
        yield f"Page to a person: {name}", paging.render_page(page, context, ToPerson(BEN))
        yield f"Page in a channel: {name}", paging.render_page(page, context, ToChannel("C0PR"))
    drill = Drill(department="care", opened_at=AT, page=on.page.id, asked_by="U0MIA")
    yield "Drill: started", drills.render_drill_started(drill)
    yield "Drill: acknowledged", drills.render_drill_receipt(drill, on.acknowledged)
    yield "Drill: missed", drills.render_drill_missed(drill.copy_with(missed_at=AT, why="nobody answered"), on.paged)
    issue = HealthIssue(name="inbox", sentence="Posts wait for 12 min", since=AT)
    yield "Health: an issue", health.render_health_issue(issue, on.paged)
    yield "Health: recovered", health.render_health_recovered(issue.copy_with(over_at=AT + timedelta(minutes=20)))
    yield "Page limit reached", shift_summary.render_page_limit_notice()


def _draw_crises(on: GallerySamples) -> Drawings:
    yield "Crisis: declared", crises.render_crisis_card(on.declared, on.paged)
    yield "Crisis: updated", crises.render_crisis_card(on.updated, on.acknowledged)
    yield "Crisis: closed", crises.render_crisis_card(on.closed)
    yield "Crisis: checklist", crises.render_crisis_plan(on.declared)
    yield "Crisis: announced in the channel", crises.render_crisis_declared(on.declared)
    yield "Crisis: an update", crises.render_crisis_update(on.updated, 1)
    yield "Crisis: an update is due", crises.render_update_due(on.declared)
    yield "Crisis: review", crises.render_crisis_review(on.closed)
    yield "Crisis: receipt", crises.render_declare_receipt(on.declared)
    yield "Crisis: list", crises.render_open_crises([on.declared])


def _draw_campaigns(_on: GallerySamples) -> Drawings:
    yield from list_campaign_drawings()
    yield from list_digest_drawings(ZONE)


def _draw_themes(_on: GallerySamples) -> Drawings:
    figures = ThemeFigures("baggage", 34, 26, 1), ThemeFigures("delay", 12, 9)
    suggested = [ThemeSuggestion("legroom", 12), ThemeSuggestion("boarding queue", 11)]
    yield "Themes", theme_list.render_themes(figures, "today", suggested, can_change=True, asked=ReportQuery())
    yield "Themes: one is removed", theme_list.render_theme_end("wifi")
    yield "Themes: a merge is undone", theme_list.render_split_receipt("baggage", ["delay"])
    yield "Themes: none yet", theme_list.render_themes((), "today", (), can_change=False)
    yield "Theme: renamed", theme_list.render_rename_receipt("delay", "late flights", is_merge=False)
    yield "Themes: merged", theme_list.render_rename_receipt("delay", "baggage", is_merge=True)
    yield "Theme: added", theme_list.render_add_receipt(Theme(name="wifi", words=("wifi", "wi-fi")))


def _draw_ledger(on: GallerySamples) -> Drawings:
    entry = LedgerEntry(
        id="need",
        kind=EntryKind.NEED,
        title="Quiet carriage",
        department="research",
        opened_at=AT,
        changed_at=AT,
        changed_by=BEN,
        people=12,
        newest=(on.new.id,),
    )
    built = change_entry(entry, entry.title, EntryState.DONE, LINK, BEN, AT)
    found, cases = [EntrySuggestion("power socket", (on.new.id,), 4)], {on.new.id: on.new}
    origin = ModalMetadata(on.new.id)
    yield (
        "Needs",
        ledger_entries.render_ledger(EntryKind.NEED, [entry], found, cases, [entry.department, on.new.department]),
    )
    yield "Needs: none yet", ledger_entries.render_ledger(EntryKind.NEED, [], [], {}, [])
    added = ledger_entries.LedgerCases(EntryKind.NEED, (on.new,), "power socket", [entry])
    yield "Add to ledger…", ledger_entries.render_add_modal(added, origin)
    yield "Ledger entry", ledger_entries.render_entry_modal(entry, [built], [on.new], AT, BEN, origin)
    taken = ledger_entries.render_ledger_receipt(entry.copy_with(people=0), is_removal=True)
    yield "Ledger entry: its last case taken out", taken
    yield "Ledger entry: built", ledger_entries.render_ledger_receipt(built)


def _draw_exports(week: TimeSpan) -> Drawings:
    asked, zone = ExportRequest(ExportKind.CASES, ExportFormat.CSV, week), ZoneInfo(ZONE)
    yield "Export: asked for", export_messages.render_export_answer(asked, zone)
    yield "Export: above the file", export_messages.render_export_notice(asked, zone)
    large = export_messages.explain_no_file(1)
    yield "Export: too large", export_messages.render_export_notice(asked, zone, large)


def _draw_theme_report(report: Report) -> tuple[str, Drawing]:
    about = replace(report, query=ReportQuery(theme="baggage"), competitors=(), open_cases_read=2_000)
    about = replace(about, split=SentimentCounts(26, 7, 1), before=(SentimentCounts(8, 9, 2),) * 4)
    about = replace(about, coverage=CoverageFigures(24, 19), work_counted_since=AT - timedelta(hours=3))
    return "Report: a theme", sentiment_report.render_report(about)


def _draw_reports(on: GallerySamples) -> Drawings:
    counts = SentimentCounts(negative=51, neutral=90, positive=35, unsure=4, competitors=11, spam=7)
    before, none = SentimentCounts(negative=30, neutral=88, positive=41, unsure=2), SentimentCounts()
    kinds = {
        TallyKey("", "care", "negative", kind): n for kind, n in (("complaint", 51), ("question", 34), ("praise", 27))
    }
    claim, resolve, reply = DurationStats(40, 900, 1560), DurationStats(38, 4440, 6600), DurationStats(36, 1260, 4500)
    asked = FollowUpFigures(due=12, satisfied=9, thanked=4, reopened=1)
    figures = DepartmentFigures("care", 6, 2, 38, 3, claim, resolve, reply, asked)
    figures = replace(figures, cautions=CautionFigures(4, 1), outcomes=OutcomeFigures(saved=2, lost=1))
    asking, gap = CoverageFigures(52, 41), FigureGap("mastodon.social", AT - timedelta(minutes=50))
    today, week = (parse_known_range(words, AT, ZoneInfo(ZONE)) for words in ("today", "week"))
    halves = ((3, 5, 2), (2, 4, 1), (5, 9, 4), (9, 22, 8), (32, 50, 20))
    parts = tuple((f"{2 * nth:02}:00", SentimentCounts(*one)) for nth, one in enumerate(halves))
    themes = ThemeFigures("baggage", 34, 26, 1, frozenset(["baggage"])), ThemeFigures("delay", 12, 9)
    rivals, posts = (("Skylark Airways", 11),), (on.resolved, on.praise)
    report = Report(
        ReportQuery(), today, AT, counts, (before,) * 4, parts, count_intents(kinds), rivals, posts, (figures,)
    )
    summary = ShiftSummary("care", AT, posts=41, negative=12, pages=(on.acknowledged,), waiting=3, overdue=1)
    right = [PrecisionEstimate(aspect, 910, 29) for aspect in PrecisionAspect]
    report = replace(report, coverage=asking, choices=REPORT_CHOICES)
    yield "Report", sentiment_report.render_report(report)
    yield "Report: shared", sentiment_report.render_report(report, "Shared by <@U0MIA>.")
    of_week = replace(
        report, query=ReportQuery("week"), range=week, flags=FlagFigures(8, 6), gaps=(gap,), themes=themes
    )
    thanked = ColleagueFigures("U0ANA", 24, claim, name="Ana"), ColleagueFigures("U0JOE", spotted=6, name="Joe")
    of_week = replace(of_week, colleagues=thanked)
    yield "Report: a week", sentiment_report.render_report(of_week)
    yield _draw_theme_report(report)
    yield "Report: nothing yet", sentiment_report.render_report(Report(ReportQuery(), today, AT, none))
    yield from _draw_exports(week.current)
    steps = TempoRow("care", (None, DurationStats(41, 2.0, 9.0), claim, reply, resolve, None))
    yield "Tempo", tempo.render_tempo("Tempo in the last 7 days", [steps])
    yield "Help", help_card.render_sentiment_help(SUBJECTS, ["care", "pr"], right)
    preview, empty = on.previews
    yield "Preview of a subject", subject_preview.render_preview(preview)
    yield "Preview of a subject: nothing found", subject_preview.render_preview(empty)
    yield "Morning note", shift_summary.render_shift_summary(summary)
    yield "Hand-over note", shift_summary.render_hand_over_summary(summary, "U0ANA")
    signed = [(on.new.mention, StaffSign.SIGNATURE), (on.praise.mention, StaffSign.WORKS_HERE)]
    yield "Posts by colleagues", colleague_posts.render_staff_posts(signed)
    yield "Posts by colleagues: none", colleague_posts.render_staff_posts([])
    yield "Spam", spam.render_spam_page([("1-1", on.new.mention, on.new.assessment)] * 2, 40, ZoneInfo(ZONE), more=True)


def _draw_oncall(on: GallerySamples) -> Drawings:
    lines = [oncall.OnCallSummary(one, on.on_call, None) for one in on.departments]
    yield "On call", oncall.render_oncall(lines, "U0ANA", ZONE, AT)
    yield "On call: changed for you", oncall.render_shift_change(on.override, "U0RAJ")
    yield "On call: who covers?", oncall.render_cover_request(on.cover.copy_with(to=""))
    yield "On call: a request to one person", oncall_requests.render_personal_request(on.cover)
    yield "On call: request sent", oncall_requests.render_request_sent(on.cover, ZONE)
    yield "On call: help", oncall.render_oncall_help(["take", "swap @ana", "cover"])


def _draw_roles(on: GallerySamples) -> Drawings:
    grant, accepted, point = on.grants
    yield "Roles: a deputy", roles.render_deputize_receipt(grant, on.care, ZONE, AT, is_told=True)
    yield "Roles: message to the deputy", roles.render_deputy_welcome(grant, on.care)
    yield "Roles: policy accepted", roles.render_policy_receipt(accepted, on.care)
    yield "Roles: dismissed", roles.render_dismiss_receipt(grant, can_undo=True)
    yield "Roles: point person", roles.render_point_receipt(point, ZONE, AT)
    yield "Roles: undone", roles.render_undo_receipt(grant, is_restored=False)
    listed = [roles.DepartmentRoles(on.care.copy_with(point=point.person), (grant, accepted))]
    yield "Roles: deputies", roles.render_deputies(listed)
    yield "Roles: point persons", roles.render_points([listed[0]._replace(grants=(point,))])
    yield "Re-routed by a colleague", case.render_reroute_receipt(on.new, "sales")
    message = _build_day_message(on)
    yield "Message of the day", owner_brief.render_day_message_receipt(message, ZONE, AT)
    yield "Message of the day: undone", owner_brief.render_day_message_undone("care")
    asked = CaseRequest(
        BEN,
        "U0MIA",
        AT,
        on.override.end,
        offer="credit",
        hundredths=80_00,
        unit="EUR",
        reason="Two bags, and a wedding",
    )
    yield "Ask for more: sent", case_requests.render_request_receipt(on.claimed, asked)
    yield from _draw_request("Ask for more", on, asked)
    words = "Thank you so much, Rosa! I will tell the crew. – Ana"
    yield (
        "Thanked",
        thanks.render_thank_receipt(
            on.praise, [reply.ReplyForm(on.praise, words, words, ReplyLength(len(words), 280), LINK)]
        ),
    )
    yield "Marked as share-worthy", thanks.render_share_receipt(on.praise.copy_with(shared_by=BEN))
    fans = {on.praise.mention.author_key: Person(contacts=6, praised=4)}
    yield "People to thank", thanks.render_unthanked([on.praise], fans, 2)
    yield "Worth sharing", thanks.render_shareworthy([on.praise], fans, {})
    mute = CountedMute(Mute(kind=MuteKind.AUTHOR, name="marta_flies", by=BEN, since=AT, until=on.override.end), 12)
    yield "Mute", mutes.render_mute_receipt(mute.mute, ZONE)
    yield "Mute: ended", mutes.render_unmute_receipt(mute)
    yield "Mutes", mutes.render_mutes([mute], AT)
    yield "Mute the author of spam?", mutes.render_mute_offer(on.new)


def _draw_cautions(on: GallerySamples, origin: ModalMetadata) -> Drawings:
    words = "A colleague has marked this person as “Do not approach”."
    for went_on in (False, True):
        drawing = cautions.render_caution_modal(on.new, words, origin, went_on=went_on)
        yield f"Modal: before you answer{', opened' if went_on else ''}", drawing


def _draw_explanation(on: GallerySamples, one: Case, page: Page | None, origin: ModalMetadata) -> dict[str, Any]:
    mute = mutes.render_author_mute("kofi", None, one.id).blocks
    said = dict.fromkeys((joined.mention for joined in one.joined), "and nobody answers the phone either")
    brief = _build_brief(on)
    return case_assessment.render_case_explanation(one, page, origin, mute=mute, brief=brief, words=said)


def _draw_modals(on: GallerySamples) -> Drawings:
    origin = ModalMetadata(on.new.id, "", "C0CARE")
    some = (
        ("", on.joined, None),
        (" an edited post", on.case_after_edit, None),
        (" a reply with pictures", on.reply, None),
        (" a crisis", on.crisis_case, on.acknowledged),
    )
    for name, one, page in some:
        yield f"Modal: why{name}", _draw_explanation(on, one, page, origin)
    waiting = roll_ups.RollUpView(
        RollUp("care", ToPerson(on.on_call.people[0])), on.care, (on.overdue, on.new), {on.new.id: LINK}, 2, AT, AT
    )
    yield "Modal: unclaimed cases", roll_ups.render_roll_up_modal(waiting)
    due = waiting._replace(cases=(on.follow_up, on.resolved), oldest=None)
    yield "Modal: follow-ups", follow_ups.render_follow_up_modal(due)
    uses = _build_brief(on).offers
    outcomes = (CaseResolution.SAVED, CaseResolution.LOST)
    yield "Modal: resolve", modals.render_resolve_modal(on.claimed, origin, offers=uses, outcomes=outcomes)
    yield "Modal: ask for more", case_requests.render_offer_modal(on.claimed, uses[:1], origin)
    yield from _draw_cautions(on, origin)
    yield "Modal: hand over", modals.render_hand_over_modal(on.claimed, on.departments, origin)
    yield "Modal: re-route", modals.render_not_for_us_modal(on.new, on.departments, origin)
    yield (
        "Modal: re-route, as a colleague",
        modals.render_not_for_us_modal(on.new, on.departments, origin, is_colleague=True),
    )
    yield "Modal: split off", modals.render_separate_modal(on.joined, origin)
    facts = "Refunds open at 12:00."
    yield "Modal: claim all alike", storms.render_claim_alike_modal([on.storm[:9], on.storm[9:]], facts, origin)
    yield "Modal: resolve many", storms.render_resolve_many_modal(storms.OwnCases(on.storm, facts, AT), origin)
    yield "Modal: facts", storms.render_facts_modal(on.spike, origin)
    yield "Modal: snooze", snooze.render_snooze_modal(on.care, AT, origin)
    for kind in modals.CORRECTING:
        yield (
            f"Modal: correct {kind}",
            modals.render_correct_modal(on.new, kind, ["Northwind Air", "Cloudpass"], origin),
        )
    yield "Modal: not spam", modals.render_bring_back_modal(on.new.mention, "1-1", on.departments, origin)
    yield "Modal: flag", modals.render_flag_modal("The app shows the wrong gate", "", on.departments, origin)
    yield "Modal: declare a crisis", crisis_modals.render_crisis_modal(on.departments, origin)
    unfinished = UnfinishedWork((on.crisis_case,), unacknowledged=True, to_do=("Say in public that you know.",))
    yield "Modal: close a crisis", crisis_modals.render_close_crisis_modal(on.updated, unfinished, origin)


def _draw_request(name: str, on: GallerySamples, asked: CaseRequest) -> Drawings:
    allowed = asked._replace(allowed=True, answered_by=asked.to)
    yield f"{name}: who decides", case_requests.render_request(on.claimed, asked, LINK)
    yield f"{name}: decided", case_requests.render_request_decision(on.claimed, allowed)
    yield f"{name}: allowed", case_requests.render_request_answer(on.claimed, allowed, LINK)
    late = asked._replace(allowed=False)
    yield f"{name}: no answer in time", case_requests.render_request_answer(on.claimed, late, LINK)
    yield f"{name}: who decides, too late", case_requests.render_request_over(on.claimed, late)


def _draw_replies(on: GallerySamples) -> Drawings:
    origin = ModalMetadata(on.claimed.id)
    for name, form in on.reply_forms:
        yield f"Modal: reply{name}", reply.render_reply_modal(form, origin)
    draft = form._replace(has_drafts=True, draft="Hi Marta, we look for your bag right now.", chosen=None)
    yield "Modal: reply with a draft", reply.render_reply_modal(draft, origin)
    late_draft = draft._replace(draft="", draft_note="the service is too slow")
    yield "Modal: reply while a draft is written", reply.render_reply_modal(draft._replace(is_drafting=True), origin)
    yield "Modal: reply without a draft", reply.render_reply_modal(late_draft, origin)
    asked = CaseRequest("U0ANA", "U0MIA", AT, AT + timedelta(minutes=15), text=form.text)
    approved = asked._replace(allowed=True, answered_by="U0MIA")
    waiting = form._replace(case=on.claimed.replace_request(asked), approver="U0MIA")
    yield "Modal: reply that waits for approval", reply.render_reply_modal(waiting, origin)
    yield "Card: reply approved", case.render_case(on.claimed.replace_request(approved), on.care, AT)
    yield from _draw_request("Approval", on, asked)
    yield "Modal: reply, copy and open", reply.render_copy_modal(form, origin)
    yield "Modal: save a reply", reply.render_reply_save_modal(form, origin)


def _build_sources() -> tuple[SourceSummary, ...]:
    arrived = AT.timestamp()
    hour = int(arrived // 3600)
    busy = SourceHealth(
        started=AT - timedelta(days=30),
        hours={hour - 24 * day: 30 + day for day in range(8)},
        delays=(PostDelay(arrived, 4.0),),
        quota=SourceQuota(43.97, 50, AT + timedelta(days=21), DOLLARS),
    )
    new = SourceHealth(imported=1214, imported_at=AT, quota=SourceQuota(270, 300))
    return SourceSummary("x", AT, health=busy), SourceSummary("rss.press", None, health=new)


def _draw_persons(on: GallerySamples) -> Drawings:
    origin = ModalMetadata("")
    accounts = {on.new.mention.author_key: "marta_flies", "bluesky:did:plc:marta": "marta.example"}
    noted = (PersonNote("U0ANA", AT, "Prefers an answer by e-mail. Flies with a wheelchair.", "care"),)
    merged = on.resolved.copy_with(resolution=None, merged_into=on.claimed.id)
    page = CasePage((on.new, on.claimed, on.resolved, merged), 0, 4, 12)
    links = {one.id: "https://slack.com/app_redirect?channel=C0CARE&message_ts=1.0" for one in page.cases}
    yield (
        "Modal: history of a person",
        person_history.render_person_history(
            on.new, on.care, on.author, accounts, page, links, {on.claimed.id: on.claimed}, noted, origin
        ),
    )
    other = OpenCase(on.claimed.id, "U0ANA", "care", "C0CARE", "1773133200.000100")
    busy = replace(on.author, open_cases=(other,))
    avoided = Person(labels=frozenset({PersonLabel.DO_NOT_APPROACH}))
    yield "Card: a colleague has another case of this person", case.render_case(on.new, on.care, AT, author=busy)
    writing = replace(busy, open_cases=(other._replace(writers=("U0ANA",)),), writers=("U0ANA", "U0MIA"))
    yield "Card: colleagues are writing to this person", case.render_case(on.claimed, on.care, AT, author=writing)
    for name, author, question in (
        ("claim or merge?", busy, ClaimQuestion("U0RAJ", (other,), None)),
        ("claim it anyway?", AuthorContext(avoided), ClaimQuestion("U0RAJ", (), Caution.DO_NOT_APPROACH)),
    ):
        yield f"Only you: {name}", case_messages.render_claim_question(on.new, on.care, author, AT, question)
    yield "Only you: another case of yours", case_messages.render_own_cases(on.claimed, busy, (other,))
    yield "Only you: merged", case_messages.render_merge_outcome(on.claimed)
    yield "Card: merged into another case", case.render_case(merged, on.care, AT, author=busy)
    yield "Modal: same person", person_history.render_account_link(on.new, origin, "marta", (on.question,))


def _draw_home(on: GallerySamples) -> Drawings:
    counts = QueueCounts(6, 2, 4)
    summaries = tuple(DepartmentSummary(one, counts, OnCallSummary(one, on.on_call, None)) for one in on.departments)
    queues = ((CaseQueue.OVERDUE, CasePage((on.new,), 0, 1, 1)), (CaseQueue.UNCLAIMED, CasePage((on.joined,), 0, 1, 9)))
    deputy = HomeView(
        on.claimed.owner,
        AT,
        is_staff=True,
        departments=summaries,
        assigned=CasePage((on.claimed,), 0, 1, 1),
        queues=queues,
        follow_ups={"care": 2},
        shareworthy=3,
        day_messages=(_build_day_message(on),),
    )
    figures = tuple(
        DepartmentFigures(one.name, 6, 2, 25, claim=DurationStats(30, 1020, 3000)) for one in on.departments
    )
    outcome = HomeNotice(
        action_ids.build_home_place("unclaimed", 0), case_lists.render_claim_outcome(on.claimed).blocks
    )
    yield "Home: a deputy", home.render_home(deputy)
    yield "Home: after a click on Claim", home.render_home(deputy, outcome)
    yield (
        "Home: a manager",
        home.render_home(
            deputy._replace(is_manager=True, figures=figures, crises=(on.updated,), sources=_build_sources())
        ),
    )
    issues = {"slack": "Slack is slow"}
    colleague = HomeView("U0JOE", AT, departments=summaries, health_issues=issues)
    yield "Home: a colleague without a role, and something is wrong", home.render_home(colleague)
    yield "Home: the database is away", home.render_home_unavailable("Earshot can't reach its database.")
    origin = ModalMetadata("")
    found = SearchResult(CasePage((on.claimed, on.new), 0, 2, 12), AT)
    search = case_search.render_search_modal(SearchQuery("marta"), on.departments, origin, on.claimed.owner, found)
    yield "Modal: search", search
    yield (
        "Modal: view a case",
        case_search.render_case_modal(on.claimed, on.care, AT, None, on.author, on.claimed.owner, origin),
    )
    yield "Modal: view a crisis", case_search.render_activity_modal(crises.render_crisis_card(on.updated), origin)
    yield "On Home: resolved", case_lists.render_resolve_outcome(on.resolved)
