"""The answer to `/sentiment`: how many, how they feel, what changed, who answered, and three posts that say most."""

from collections.abc import Sequence
from datetime import timedelta

from bot.cards import buttons
from bot.cards.drawing import (
    Block,
    Drawing,
    actions,
    bullets,
    button,
    context,
    fits,
    header,
    line,
    link,
    mrkdwn,
    plain,
    quote,
    rich_text,
    run,
    section,
)
from bot.cards.words import escape, one_line
from bot.domain.assessment import Intent
from bot.domain.case import Case, CaseStatus
from bot.domain.report import (
    MIN_SAMPLE,
    DepartmentFigures,
    DurationStats,
    Report,
    SentimentCounts,
    ShareChange,
    VolumeComparison,
)
from bot.domain.spans import ReportPeriod, floor_to_quarter
from bot.domain.words import format_count, format_duration

SENTIMENTS = ("negative", "neutral", "positive", "unsure")
DEPARTMENTS_SHOWN = 10
SAID_SHOWN = 240
"""Characters of a telling post: about four lines on a phone."""
SURPRISED = "If that surprises you, ask whoever runs Earshot to look at `earshot check`."
IN_WORDS = {ReportPeriod.TODAY: "today", ReportPeriod.YESTERDAY: "yesterday", ReportPeriod.WEEK: "in the last 7 days"}
PLURALS = {
    Intent.CRISIS: ("crisis", "crises"),
    Intent.COMPLAINT: ("complaint", "complaints"),
    Intent.NEED: ("unmet need", "unmet needs"),
    Intent.QUESTION: ("question", "questions"),
    Intent.PURCHASE: ("wish to buy", "wishes to buy"),
    Intent.PRAISE: ("word of praise", "words of praise"),
}


def headline(report: Report) -> str:
    split = report.split
    if not split.opinion_count:
        return f"{_title(report)}."
    shares = ", ".join(f"{_amount(getattr(split, word), split)} {word}" for word in SENTIMENTS)
    overdue = sum(line.overdue for line in report.departments)
    return f"{_title(report)}: {shares}." + (f" {format_count(overdue, 'case')} overdue now." if overdue else "")


def draw(report: Report, shared_by: str = "") -> Drawing:
    """With the button to share it, unless it is shared already. Fewer posts are shown if all would be too much."""
    for shown in range(len(report.top_cases), -1, -1):
        blocks = [*_figures(report), *_telling(report.top_cases[:shown], report), *_departments(report)]
        blocks += _foot(report, shared_by)
        if fits(blocks):
            break
    return Drawing(escape(headline(report)), blocks)


def _title(report: Report) -> str:
    asked = report.query
    of = f" of {asked.subject}" if asked.subject else f" for {asked.department}" if asked.department else ""
    what = format_count(report.split.total, "mention") if report.split.total else "Nothing heard"
    so_far = " so far" if asked.period is ReportPeriod.TODAY and not report.split.total else ""
    return f"{what}{of} {IN_WORDS[asked.period]}{so_far}"


def _figures(report: Report) -> list[Block]:
    if not report.split.total:
        return [header(_title(report)), context(mrkdwn(SURPRISED))]
    blocks = [header(_title(report)), context(plain(compared(report)))]
    blocks.append(rich_text(bullets(*_split_lines(report), *_apart(report))))
    if report.intents:
        kinds = ", ".join(format_count(times, *PLURALS[intent]) for intent, times in report.intents)
        blocks.append(rich_text(line(run("Among them "), run(f"{kinds}."))))
    return blocks


def compared(report: Report) -> str:
    """How many more or fewer than before, or that this cannot be told."""
    volume = VolumeComparison(report.comparable.total, report.before.total)
    before = _before(report)
    if volume.is_small_sample:
        return f"Too few to say how it changed: {volume.now:,} against {volume.before:,} {before}."
    if not volume.is_significant:
        return f"About as many as {before}: {volume.now:,} against {volume.before:,}."
    more = "more" if volume.now > volume.before else "fewer"
    by = max(1, round(100 * abs(volume.now - volume.before) / volume.before))
    return f"{by:,} % {more} than {before}: {volume.now:,} against {volume.before:,}."


def _before(report: Report) -> str:
    cut = f"{floor_to_quarter(report.brand_time).astimezone(report.brand_time.tzinfo):%H:%M}"
    match report.query.period:
        case ReportPeriod.TODAY:
            return f"yesterday, both until {cut}"
        case ReportPeriod.YESTERDAY:
            return "the day before"
        case ReportPeriod.WEEK:
            return f"in the 7 days before, both until {cut}"


def _split_lines(report: Report) -> list[Block]:
    shown = SENTIMENTS if report.split.opinion_count else ()
    return [
        line(run(f"{word} ", bold=True), run(_amounts(report, word) + _changed(report.compute_sentiment_change(word))))
        for word in shown
    ]


def _amount(times: int, split: SentimentCounts) -> str:
    """A share where there are enough of them, else the number."""
    return f"{round(100 * times / split.opinion_count)} %" if split.opinion_count >= MIN_SAMPLE else f"{times:,}"


def _amounts(report: Report, word: str) -> str:
    times = getattr(report.split, word)
    return f"{times:,} ({_amount(times, report.split)})" if report.split.opinion_count >= MIN_SAMPLE else f"{times:,}"


def _changed(change: ShareChange | None) -> str:
    if change is None:
        return ""
    if not change.is_significant:
        return ", about the same"
    points = max(1, round(abs(change.points)))
    return f", {'up' if change.points > 0 else 'down'} {format_count(points, 'point')}"


def _apart(report: Report) -> list[Block]:
    """What is in the number above and is no opinion about us."""
    found = []
    for name, split in report.competitors:
        negative = f", {_amount(split.negative, split)} of them negative" if split.negative else ""
        found.append(line(run(f"about {one_line(name, 60)} ", bold=True), run(f"{split.opinion_count:,}{negative}")))
    if report.split.spam:
        found.append(line(run("spam ", bold=True), run(f"{report.split.spam:,}")))
    return found


def _telling(cases: Sequence[Case], report: Report) -> list[Block]:
    blocks = [rich_text(quote(*_post(case, report))) for case in cases]
    if blocks:
        title = "The post that says most" if len(blocks) == 1 else "The posts that say most"
        blocks.insert(0, section(mrkdwn(f"*{title}*")))
    return blocks


def _post(case: Case, report: Report) -> tuple[Block, ...]:
    mention = case.mention
    became = (
        case.resolution.value if case.resolution else {CaseStatus.NEW: "not claimed yet"}.get(case.status, "claimed")
    )
    overdue = ", overdue" if case.is_overdue(report.brand_time) else ""
    return (
        run(f"{one_line(mention.display_name, 60)}: ", bold=True),
        run(f"{one_line(mention.text, SAID_SHOWN)}\n"),
        link(mention.url, "Open the post") if mention.url else run("No link"),
        run(f" · {case.department}, {became}{overdue}"),
    )


def _departments(report: Report) -> list[Block]:
    if report.query.subject:
        return []
    busy = sorted((d for d in report.departments if not d.is_idle), key=lambda d: (-d.overdue, -d.open, d.name))
    lines = [_department(department) for department in busy[:DEPARTMENTS_SHOWN]]
    if rest := busy[DEPARTMENTS_SHOWN:]:
        open_there, overdue_there = sum(d.open for d in rest), sum(d.overdue for d in rest)
        lines.append(
            line(run(f"{len(rest)} more: ", bold=True), run(f"{open_there:,} open, {overdue_there:,} overdue"))
        )
    if idle := [department.name for department in report.departments if department.is_idle]:
        names = ", ".join(idle[:DEPARTMENTS_SHOWN]) + (" and others" if len(idle) > DEPARTMENTS_SHOWN else "")
        lines.append(line(run(f"{names}: ", bold=True), run("nothing open, nothing answered")))
    if not lines:
        return []
    title = f"*Departments*, open now and answered {IN_WORDS[report.query.period]}"
    return [section(mrkdwn(title)), rich_text(bullets(*lines))]


def _department(department: DepartmentFigures) -> Block:
    overdue = f", {department.overdue:,} overdue" if department.overdue else ", none overdue" if department.open else ""
    closed = f", {department.closed_otherwise:,} closed otherwise" if department.closed_otherwise else ""
    words = f"{department.open:,} open{overdue}; {department.answered:,} answered{closed}"
    times = [
        f"\n{verb}: {_took(took)}"
        for verb, took in (("claimed", department.claim), ("resolved", department.resolve))
        if took
    ]
    return line(run(f"{department.name}: ", bold=True), run(words + "".join(times)))


def _took(took: DurationStats) -> str:
    half, most = format_duration(timedelta(seconds=took.median)), format_duration(timedelta(seconds=took.percentile_90))
    if took.times == 1:
        return f"after {half}"
    return f"half within {half}, {'the slowest after' if took.is_small_sample else '9 in 10 within'} {most}"


def _foot(report: Report, shared_by: str) -> list[Block]:
    at = report.brand_time
    told = f"As of {at.day} {at:%b, %H:%M}, {at.tzinfo}."
    if report.split.total > report.split.opinion_count >= MIN_SAMPLE:
        told += f" Shares are of the {report.split.opinion_count:,} about us."
    if shared_by:
        return [context(mrkdwn(f"{told} Shared by <@{shared_by}>. Ask for your own with `{buttons.SENTIMENT} help`."))]
    share = button(
        "Share here", buttons.SHARE_REPORT, report.query.command_text, aloud="Post this report in this channel"
    )
    spam = [button("Look at the spam", buttons.SPAM_LIST)] if report.split.spam else []
    return [actions(share, *spam), context(mrkdwn(f"{told} Only you see this."))]
