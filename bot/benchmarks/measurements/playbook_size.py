"""CPU of one mention in a playbook with 500 subjects and 200 routes, next to the sample day's playbook."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from statistics import median

from bot.app import tune_gc
from bot.benchmarks.fixtures import BenchmarkContext, load_rules
from bot.benchmarks.measurement import MICROSECONDS, Measurement, require_at_most
from bot.benchmarks.timing import measure_time
from bot.clock import SystemClock
from bot.detectors.detector import AnalysisContext
from bot.detectors.subject_matcher import SubjectMatcher
from bot.domain.assessment import Assessment, Intent
from bot.domain.mention import Mention
from bot.domain.routing import Route, RouteList, find_route
from bot.domain.subject import Subject, SubjectKind

SUBJECTS = 500
ROUTES = 200
SUBJECTS_AIM, ROUTES_AIM = require_at_most(200), require_at_most(10)
SYLLABLES = ("ba", "lo", "mi", "ra", "se", "to", "vi", "pla", "gri", "fon")
TRADES = ("air", "bank", "foods", "hotel", "labs")


async def measure_playbook_size(bench: BenchmarkContext) -> list[Measurement]:
    rules, count = load_rules(), bench.pick_count(2_048, 128)
    mentions = bench.samples.generate_mentions(count, SystemClock().now())
    contexts = [AnalysisContext(mention) for mention in mentions]
    assessments = rules.get_assessor().assess(mentions)
    many = [*rules.list_subjects(), *_build_subjects(SUBJECTS - len(rules.list_subjects()))]
    tune_gc()  # as every process does at its start
    figures: list[Measurement] = []
    for subjects, aim in ((rules.list_subjects(), None), (many, SUBJECTS_AIM)):
        cost = _measure_cpu(bench, count, partial(_find_subjects, SubjectMatcher(subjects), contexts))
        figures.append(Measurement(f"find {len(subjects)} subjects, CPU a mention", cost, MICROSECONDS, aim))
    for routes, aim in ((rules.list_routes(), None), (_build_routes(many), ROUTES_AIM)):
        cost = _measure_cpu(bench, count, partial(_find_routes, routes, mentions, assessments))
        figures.append(Measurement(f"ask {len(routes)} routes, CPU a mention", cost, MICROSECONDS, aim))
    return figures


def _find_subjects(matcher: SubjectMatcher, contexts: Sequence[AnalysisContext]) -> None:
    for context in contexts:
        matcher.find_subjects(context.words, context.tokens, context.text)


def _find_routes(routes: RouteList, mentions: Sequence[Mention], assessments: Sequence[Assessment]) -> None:
    for mention, assessment in zip(mentions, assessments, strict=True):
        find_route(routes, mention, assessment)


def _measure_cpu(bench: BenchmarkContext, count: int, work: Callable[[], object]) -> float:
    """Return the median microseconds of CPU for each of the mentions, once words were seen before, as in a day."""
    work()
    rounds = []
    for _ in range(bench.pick_count(5, 2)):
        with measure_time() as elapsed:
            work()
        rounds.append(elapsed.cpu / count * 1_000_000)
    return median(rounds)


def _build_subjects(count: int) -> list[Subject]:
    """Build brands of three syllables, half of them with a second word."""
    names = ["".join(parts) for parts in product(SYLLABLES, repeat=3)][:count]
    return [
        Subject(
            name=f"Brand {number}",
            kind=list(SubjectKind)[number % len(SubjectKind)],
            terms=(name if number % 2 else f"{name} {TRADES[number % len(TRADES)]}", f"#{name}"),
            handles=(f"{name}{number}",),
        )
        for number, name in enumerate(names)
    ]


def _build_routes(subjects: Sequence[Subject]) -> RouteList:
    """Build routes of which each asks for a subject and an intent, and a last one for all."""
    intents = list(Intent)
    return RouteList(
        [
            Route(
                name=f"route {number}",
                to="care",
                when={
                    "subject": frozenset({subjects[-1 - number].name}),
                    "intent": frozenset({intents[number % len(intents)]}),
                },
                unless={"language": frozenset({"de"})} if number % 4 == 0 else {},
            )
            for number in range(ROUTES - 1)
        ]
        + [Route(name="rest")]
    )
