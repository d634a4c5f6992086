"""Four weeks before the sample day, invented: reports, precision and spike detection have something to compare with."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

from bot.demo.past_posts import COMPLAINTS, PHRASES
from bot.demo.simulated_users import list_members
from bot.domain.assessment import Assessment, Intent
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.campaigns.campaign import Campaign
from bot.domain.campaigns.episode_figures import EpisodeRef
from bot.domain.case import Case, CaseResolution, CaseStatus, PublicReply, derive_case_id
from bot.domain.commits import CaseDecision, DurationKind, MentionOutcome, ProcessedMention
from bot.domain.correction import Correction, CorrectionKind
from bot.domain.follow_up import FollowUp
from bot.domain.mention import Author, Mention
from bot.domain.routing import NOBODY, Route, find_route
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.observation import is_against_us
from bot.domain.spikes.seasonal_baseline import (
    HOURLY_DECAY,
    HOURS,
    PER_HOUR,
    QUARTER,
    TOTAL_DECAY,
    WEEK,
    SeasonalBaseline,
)
from bot.domain.spikes.topic_words import WordCounts
from bot.live_rules import ReloadableRules
from bot.store.store import Store

DAYS, DAYS_WITH_CASES = 28, 8
"""Older cases are only counted: no report reads them."""
POSTS = 200
"""On a usual day; in the last week more. The sample day, with its fog, has 318 and two answers of ours."""
HOURS_OF_DAY = (1, 1, 0, 0, 1, 6, 16, 15, 14, 13, 12, 11, 11, 11, 12, 13, 14, 15, 14, 12, 10, 9, 6, 3)
"""The mornings are busy, so that the first posts of the sample day are no spike."""
DAYS_OF_WEEK = (1.05, 0.95, 0.95, 1.0, 1.25, 0.9, 1.1)
WEEK_DAYS = 7
GROWTH = (1.25, 1.5)
"""In the last week there were so many times as many posts, and as many complaints among them: a change can be seen."""
ALL_CLOSED = timedelta(hours=3)
"""Before midnight: later posts are counted and have no case, as none of them is left open."""
FOLLOW_UP_IN, FOLLOW_UP_AFTER, FOLLOW_UP_AT = "care", 3, timedelta(hours=6, minutes=40)
"""Department, days after the answer, and time of the sample day, of a follow-up that comes due."""
NAMES = ("ines", "otto", "mara", "felix", "noor", "ivo", "sade", "lucas", "emi", "pilar", "bram", "zofia")
REGULARS = {"aoife_aloft": "2068756407", "marta_and_maps": "2124014002", "beachbag_bo": "3612903389"}
"""Authors of the sample day, with their ids at the outlet, who wrote before."""
REGULAR_EVERY = 150
OUR_HANDLE = "@northwindair"
RESOLVED_AFTER = timedelta(minutes=2)
"""The answer was posted so long before the case was resolved."""
DAY_SOURCE = "day"
"""The name under which the sample day is published."""
HOUR = 3600
Kind = tuple[str, Assessment, Route]


async def backfill_history(store: Store, rules: ReloadableRules, start: datetime) -> None:
    """Write the days before the one in which `start` is, the same each time."""
    zone = ZoneInfo(rules.time_zone)
    midnight = datetime.combine(start.astimezone(zone).date(), time(), zone)
    posts = [*_iter_posts(rules, midnight)]
    await store.history.backfill_counts(one for one, _ in posts)
    await store.history.backfill_source(DAY_SOURCE, (one.at for one, _ in posts))
    recent, closed = midnight - timedelta(days=DAYS_WITH_CASES), midnight - ALL_CLOSED
    opened = [one for one in posts if one[0].outcome is MentionOutcome.OPENED and recent < one[0].at < closed]
    ranked = _choose_top_posts([one for one, _ in opened], midnight)
    cases = [_close_case(rules, one, route, number) for number, (one, route) in enumerate(opened)]
    _plan_follow_up(cases, midnight)
    posted = (one if one.mention.id in ranked else None for one, _ in opened)
    await store.history.backfill_cases(zip(posted, cases, strict=True))
    await _list_campaign_cases(store, rules.list_campaigns(), [one.case for one in cases])
    names = [one.name for one in rules.list_subjects()]
    found = [_learn_subject(name, [one for one, _ in posts], midnight, start) for name in names]
    await store.baselines.save(found)


async def _list_campaign_cases(store: Store, campaigns: Sequence[Campaign], cases: Sequence[Case]) -> None:
    """As the spike worker does while a campaign runs."""
    for campaign in campaigns:
        begins, ends, subject = campaign.starts_at, campaign.ends_at, campaign.subject
        found = [one.id for one in cases if one.assessment.subject == subject and begins <= one.opened_at < ends]
        await store.episode_cases.add(EpisodeRef.from_campaign(campaign).id, found)


def _iter_posts(rules: ReloadableRules, midnight: datetime) -> Iterator[tuple[ProcessedMention, Route]]:
    """Yield the posts in order, each assessed and routed as it would be today."""
    draw = random.Random(DAYS)  # noqa: S311 - for the same history each time, not for secrets
    kinds, regulars, count = _assess_phrases(rules), cycle(REGULARS), 0
    for day in range(DAYS, 0, -1):
        begins = midnight - timedelta(days=day)
        more, angrier = GROWTH if day <= WEEK_DAYS else (1, 1)
        weights = [weight * (angrier if nth < COMPLAINTS else 1) for nth, (weight, _) in enumerate(PHRASES)]
        many = round(POSTS * more * DAYS_OF_WEEK[begins.weekday()] * draw.uniform(0.9, 1.1))
        hours = sorted(draw.choices(range(HOURS), HOURS_OF_DAY, k=many))
        for nth, (hour, kind) in enumerate(zip(hours, draw.choices(kinds, weights, k=many), strict=True)):
            at = (begins + timedelta(hours=hour, seconds=draw.randrange(HOUR))).astimezone(UTC)
            handle, count = draw.choice(NAMES) + str(draw.randrange(400)), count + 1
            author = next(regulars) if count % REGULAR_EVERY == 0 else handle
            yield _process_post(f"past{day}n{nth}", at, author, kind)


def _choose_top_posts(opened: Sequence[ProcessedMention], midnight: datetime) -> set[str]:
    """Return the ids of posts that may be a day's top post: each text on one day, so that a week shows several."""
    days = {text: 1 + nth % WEEK_DAYS for nth, (_, text) in enumerate(PHRASES)}
    found = {
        one.mention.text: one.mention.id for one in opened if (midnight - one.at).days + 1 == days[one.mention.text]
    }
    return {*found.values()}


def _assess_phrases(rules: ReloadableRules) -> list[Kind]:
    """Assess each text once: the posts of four weeks repeat them, with other authors."""
    mentions = [_build_mention(text, "x:phrase", datetime(2026, 1, 1, tzinfo=UTC), "somebody") for _, text in PHRASES]
    found = zip(mentions, rules.get_assessor().assess(mentions), strict=True)
    return [(one.text, assessed, find_route(rules.list_routes(), one, assessed)) for one, assessed in found]


def _build_mention(text: str, name: str, at: datetime, handle: str) -> Mention:
    author = Author.model_construct(
        id=REGULARS.get(handle, handle), handle=handle, followers=30 + len(handle) * len(text)
    )
    url = f"https://x.example/{handle}/{name.partition(':')[2]}"
    return Mention.model_construct(id=name, source="x", text=text, created_at=at, url=url, author=author)


def _process_post(name: str, at: datetime, handle: str, kind: Kind) -> tuple[ProcessedMention, Route]:
    text, assessment, route = kind
    outcome = MentionOutcome.OPENED if route.to != NOBODY else MentionOutcome.TALLIED
    if assessment.intent is Intent.SPAM:
        outcome = MentionOutcome.SPAM
    return ProcessedMention(_build_mention(text, f"x:{name}", at, handle), assessment, route.to, outcome, at), route


def _close_case(rules: ReloadableRules, post: ProcessedMention, route: Route, number: int) -> CaseDecision:
    """Claimed after some minutes and answered within the hours; one of twenty was corrected."""
    department = rules.find_department(post.department)
    people = list_members(department.deputies) if department else []
    by = people[number % len(people)] if people else rules.managers[0]
    waited, took = timedelta(minutes=3 + number * 7 % 26), timedelta(minutes=9 + number * 11 % 95)
    claimed, resolved = post.at + waited, post.at + waited + took
    how = (CaseResolution.FIXED, CaseResolution.NO_ACTION)[number % 2] if number % 6 == 0 else CaseResolution.ANSWERED
    replies = (_reply_to(post, resolved - RESOLVED_AFTER),) if how is CaseResolution.ANSWERED else ()
    wrong = Correction(CorrectionKind.SENTIMENT, post.assessment.sentiment.value, "neutral", by, resolved)
    case = Case.model_construct(
        id=derive_case_id(post.mention.id),
        version=1,
        mention=post.mention,
        assessment=post.assessment,
        department=post.department,
        route=route.name,
        clocks=route.clocks,
        status=CaseStatus.RESOLVED,
        owner=by,
        resolution=how,
        opened_at=post.at,
        waiting_since=post.at,
        claimed_at=claimed,
        resolved_at=resolved,
        resolved_by=by,
        public_replies=replies,
        corrections=(wrong,) if number % 20 == 7 and post.assessment.sentiment.value != "neutral" else (),
        history=(
            AuditEvent(post.at, "", AuditAction.OPENED, f"by route {route.name}"),
            AuditEvent(claimed, by, AuditAction.CLAIMED),
            *(AuditEvent(one.at, "", AuditAction.ANSWERED_IN_PUBLIC) for one in replies),
            AuditEvent(resolved, by, AuditAction.RESOLVED, how.value),
        ),
    )
    return CaseDecision(case, durations=_time_steps(case, number))


def _reply_to(post: ProcessedMention, at: datetime) -> PublicReply:
    number = post.mention.id.partition(":")[2] + "re"
    url = f"https://x.example/{OUR_HANDLE.removeprefix('@')}/{number}"
    return PublicReply(OUR_HANDLE, at, url, f"x:{number}", post.mention.id)


def _time_steps(case: Case, number: int) -> tuple[tuple[DurationKind, float], ...]:
    """Return the seconds that each step took. The case is opened in the second of its post."""
    ends = {
        DurationKind.CLAIM: case.claimed_at,
        DurationKind.REPLY: case.public_reply.at if case.public_reply else None,
        DurationKind.RESOLVE: case.resolved_at,
    }
    return (
        (DurationKind.RECEIVED, 2.0 + number * 5 % 31),
        (DurationKind.CARD, 0.4 + number * 3 % 7),
        *((kind, (end - case.opened_at).total_seconds()) for kind, end in ends.items() if end),
    )


def _plan_follow_up(cases: list[CaseDecision], midnight: datetime) -> None:
    """Let one follow-up come due on the sample day: of a complaint that was answered three days before."""
    begins, due = midnight - timedelta(days=FOLLOW_UP_AFTER), (midnight + FOLLOW_UP_AT).astimezone(UTC)
    for number, decision in enumerate(cases):
        case = decision.case
        is_complaint = case.assessment.intent is Intent.COMPLAINT and case.resolution is CaseResolution.ANSWERED
        if is_complaint and case.department == FOLLOW_UP_IN and case.opened_at >= begins:
            planned = case.model_copy(update={"follow_up": FollowUp(due)})
            cases[number] = replace(decision, after=planned, deadline=due)
            return


def _learn_subject(
    name: str, posts: Sequence[ProcessedMention], midnight: datetime, start: datetime
) -> SubjectBaseline:
    """What is usual for the subject; the next quarter to learn is the one in which the day starts."""
    ours = [one for one in posts if one.assessment.subject == name and one.outcome is not MentionOutcome.SPAM]
    against = [one for one in ours if is_against_us(one.assessment)]
    complaints = [one for one in ours if one.assessment.intent is Intent.COMPLAINT]
    volume, negative, complaint = (_learn_hours(some, midnight) for some in (ours, against, complaints))
    until = int(start.timestamp()) // QUARTER * QUARTER
    words = WordCounts().learn_texts(one.mention.text for one in against)
    return SubjectBaseline(
        subject=name, until=until, volume=volume, negative=negative, complaint=complaint, words=words
    )


def _learn_hours(posts: Sequence[ProcessedMention], midnight: datetime) -> SeasonalBaseline:
    """As `SeasonalBaseline.learn_voices` would, an hour at a time."""
    voices = Counter(int(one.at.timestamp()) // HOUR for one in posts)
    total = total_hours = 0.0
    day, day_hours, week, week_hours = [0.0] * HOURS, [0.0] * HOURS, [0.0] * WEEK, [0.0] * WEEK
    last = int(midnight.timestamp()) // HOUR
    for hour in range(last - DAYS * HOURS, last):
        had = voices[hour]
        total, total_hours = total * TOTAL_DECAY**PER_HOUR + had, total_hours * TOTAL_DECAY**PER_HOUR + 1
        for sums, hours, place in ((day, day_hours, hour % HOURS), (week, week_hours, (hour + 72) % WEEK)):
            sums[place] = round(sums[place] * HOURLY_DECAY + had, 4)
            hours[place] = hours[place] * HOURLY_DECAY + 1
    return SeasonalBaseline(
        quarters=DAYS * HOURS * PER_HOUR,
        total=total,
        total_hours=total_hours,
        day=tuple(day),
        day_hours=tuple(day_hours),
        week=tuple(week),
        week_hours=tuple(week_hours),
    )
