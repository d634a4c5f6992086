"""What is usual, what is unusual, and who counts."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.commits import MentionOutcome, ProcessedMention
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.detector import MAX_OBSERVATIONS, SpikeDetector, SpikeFinding, SpikeKind
from bot.domain.spikes.episode import Episode, SpikePeak, add_to_counter, estimate_count
from bot.domain.spikes.observation import SpikeObservation, build_observation
from bot.domain.spikes.planned_events import PlannedCause, PlannedEvent
from bot.domain.spikes.scan_statistic import compute_log_likelihood, compute_share_likelihood
from bot.domain.spikes.seasonal_baseline import LEARNING_QUARTERS, QUARTER, SeasonalBaseline
from bot.domain.spikes.thresholds import SpikeSensitivity, SpikeThresholds
from bot.domain.spikes.topic_words import MAX_WORDS, WordCounts, extract_informative_words
from tests.domain.samples import AT, build_assessment, build_mention

HOUR, DAY = 3_600, 86_400
MONDAY = 1_767_571_200
"""5 January 2026, midnight UTC."""


def quarters(days: float, first: int = MONDAY) -> Iterable[int]:
    return range(first, first + int(days * DAY), QUARTER)


def learn_baseline(days: float, voices: int = 2) -> SeasonalBaseline:
    usual = SeasonalBaseline()
    for start in quarters(days):
        usual = usual.learn_voices(start, voices)
    return usual


# ---------------------------------------------------------------- what is usual


def test_a_busy_hour_of_the_day_is_expected_to_be_busy() -> None:
    usual = SeasonalBaseline()
    for start in quarters(10):
        usual = usual.learn_voices(start, 8 if 8 <= start // HOUR % 24 < 14 else 0)
    assert usual.compute_shape(MONDAY + 14 * DAY + 11 * HOUR) > 6
    assert usual.compute_shape(MONDAY + 14 * DAY + 22 * HOUR) < 1


def test_an_hour_of_the_week_differs_from_the_same_hour_of_other_days() -> None:
    usual = SeasonalBaseline()
    for start in quarters(42):
        usual = usual.learn_voices(start, 9 if (start - MONDAY) // DAY % 7 == 0 else 1)
    monday, thursday = MONDAY + 42 * DAY + 12 * HOUR, MONDAY + 45 * DAY + 12 * HOUR
    assert usual.compute_shape(monday) > 2 * usual.compute_shape(thursday)


def test_yesterdays_spike_is_not_todays_usual() -> None:
    usual = learn_baseline(8)
    calm = usual.compute_shape(MONDAY + 9 * DAY + 2 * HOUR)
    for start in quarters(2 / 24, MONDAY + 8 * DAY + HOUR):
        usual = usual.learn_voices(start, 40)
    assert usual.compute_shape(MONDAY + 9 * DAY + 2 * HOUR) < 2 * calm


def test_a_new_level_is_learnt_in_the_end() -> None:
    usual = learn_baseline(8)
    for start in quarters(14, MONDAY + 8 * DAY):
        usual = usual.learn_voices(start, 10)
    assert usual.predict_voices(MONDAY + 22 * DAY) > 8


@pytest.mark.parametrize(("days", "learning", "least"), [(0, True, 15), (0.5, True, 3), (2, True, 0.5), (3, False, 0)])
def test_the_less_is_known_the_more_is_taken_for_usual(days: float, learning: bool, least: float) -> None:  # noqa: FBT001
    usual = learn_baseline(days, voices=0)
    assert usual.is_learning is learning
    assert usual.predict_voices(MONDAY + 3 * DAY) >= least


# ---------------------------------------------------------------- how unusual


@pytest.mark.parametrize(
    ("count", "usual", "at_least", "at_most"), [(1, 2, 0, 0), (2, 2, 0, 0), (6, 2, 2, 3), (20, 2, 25, 30)]
)
def test_more_is_stranger(count: int, usual: float, at_least: float, at_most: float) -> None:
    assert at_least <= compute_log_likelihood(count, usual) <= at_most
    assert compute_log_likelihood(count, usual, spread=2) == pytest.approx(compute_log_likelihood(count, usual) / 2)


def test_a_share_is_strange_by_how_many_it_is_of() -> None:
    assert compute_share_likelihood(4, 10, 0.4) == 0
    assert compute_share_likelihood(80, 100, 0.4) > 5 * compute_share_likelihood(8, 10, 0.4) > 0
    assert compute_share_likelihood(10, 10, 0.4) > 0


@pytest.mark.parametrize("people", [0, 1, 27, 100])
def test_a_crowd_is_counted_to_a_person_and_nobody_twice(people: int) -> None:
    names = [f"x:{number}" for number in range(people)]
    assert estimate_count(add_to_counter(add_to_counter("", names), names)) == people


def test_an_episode_has_no_fewer_people_than_its_peak() -> None:
    peak = SpikePeak(301, 301, 15, 0.0, AT, SpikeKind.NEGATIVE)
    crowd = add_to_counter("", (f"x:{number}" for number in range(298)))
    times = dict.fromkeys(("started_at", "opened_at", "unusual_at", "written_at"), AT)
    said = {"id": "e1", "subject": "Northwind Air", "department": "care", "kind": peak.kind, "crowd": crowd}
    episode = Episode.model_validate({**said, **times, "begun": peak, "peak": peak, "posts": 301})
    assert episode.voices == 301


def test_a_large_crowd_is_counted_within_three_percent() -> None:
    assert estimate_count(add_to_counter("", (f"x:{number}" for number in range(10_000)))) == pytest.approx(
        10_000, rel=0.03
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@northwindair on hold again https://x.example/hold", {"on hold", "hold", "hold again"}),
        ("the and is of it", set()),
        ("#refundnow! Where", {"#refundnow"}),
        ("<!channel> *bold*", {"channel", "bold", "channel bold"}),
    ],
)
def test_telling_words_are_words_and_nothing_else(text: str, words: set[str]) -> None:
    assert extract_informative_words(text) == words


def test_words_are_bounded() -> None:
    words = WordCounts()
    for number in range(400):
        words = words.learn_texts([f"apple{number * 9 + one} banana{number * 9 + one}" for one in range(9)])
    assert len(words.counts) <= 1.5 * MAX_WORDS
    assert words.posts < 4_001


# ---------------------------------------------------------------- who counts


def observe(*labels: str) -> SpikeObservation | None:
    made = build_mention(author="joe")
    return build_observation(
        ProcessedMention(made, build_assessment(*labels), "care", MentionOutcome.OPENED, AT), "Northwind"
    )


@pytest.mark.parametrize(
    ("labels", "counts"),
    [
        (["sentiment:negative"], True),
        (["sentiment:neutral", "intent:complaint"], True),
        (["sentiment:neutral", "intent:question"], False),
        (["sentiment:positive", "intent:complaint"], False),
        (["sentiment:unsure", "sentiment:negative", "intent:complaint"], False),
    ],
)
def test_what_is_sure_and_against_us_counts(labels: list[str], counts: bool) -> None:  # noqa: FBT001
    found = observe(*labels)
    assert found is not None
    assert found.negative is counts


def test_spam_is_not_even_volume() -> None:
    assert observe("intent:spam", "sentiment:negative") is None


@pytest.mark.parametrize(("labels", "doubtful"), [([], False), (["voice:doubtful"], True)])
def test_a_doubtful_voice_is_told_apart(labels: list[str], doubtful: bool) -> None:  # noqa: FBT001
    found = observe("sentiment:negative", *labels)
    assert found is not None
    assert found.negative
    assert found.doubtful is doubtful


def test_two_unknown_authors_are_two_people() -> None:
    one, two = (
        build_observation(
            ProcessedMention(
                build_mention(id=f"forum:{number}", author=None), build_assessment(), "care", MentionOutcome.OPENED, AT
            ),
            "Northwind",
        )
        for number in (1, 2)
    )
    assert one is not None
    assert two is not None
    assert one.who != two.who


# ---------------------------------------------------------------- what is found


NOW = float(MONDAY + 14 * DAY + 4 * HOUR)
TEXTS = ("late again", "my bag is lost", "rude crew at the desk", "no refund yet")


def build_baseline(days: float = 14) -> SubjectBaseline:
    """Two voices a quarter, one of them against us."""
    baseline = SubjectBaseline(subject="Northwind", until=int(NOW) - int(days * DAY))
    for number, _ in enumerate(quarters(days)):
        text = TEXTS[number % len(TEXTS)]
        said = [
            build_observation_of(0, f"a{number}", text, complaint=True),
            build_observation_of(0, f"b{number}", "hello", negative=False),
        ]
        baseline = baseline.learn_quarter(said)
    return baseline


def build_observation_of(
    ago: float, who: str, text: str = "late again", *, negative: bool = True, **more: Any
) -> SpikeObservation:
    """Somebody, so many minutes ago."""
    return SpikeObservation(NOW - ago * 60, "Northwind", f"x:{who}{ago}", who, "care", negative, text=text, **more)


KNOWN = build_baseline()


def detect(
    *said: SpikeObservation, baseline: SubjectBaseline = KNOWN, tuning: SpikeThresholds | None = None
) -> SpikeFinding | None:
    watch = SpikeDetector("Northwind")
    for one in said:
        watch.add_observation(one)
    return watch.detect_spike(NOW, baseline, (baseline.words,), tuning or SpikeThresholds())


def crowd_of(people: int, *, minutes: float = 14, text: str = "", **more: Any) -> list[SpikeObservation]:
    return [
        build_observation_of(
            minutes * number / people, f"who{number}", text or f"{TEXTS[number % 4]} thing{number}", **more
        )
        for number in range(people)
    ]


def kind(finding: SpikeFinding | None) -> SpikeKind | None:
    return finding.kind if finding else None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (crowd_of(12), SpikeKind.NEGATIVE),
        (crowd_of(5), None),
        ([build_observation_of(number / 4, "one person") for number in range(50)], None),
        (crowd_of(7, minutes=55, text="stuck on hold"), SpikeKind.TOPIC),
        (crowd_of(30, negative=False), SpikeKind.VOLUME),
        (crowd_of(30, doubtful=True), SpikeKind.BOUGHT),
        ([*crowd_of(30, doubtful=True), *crowd_of(12)], SpikeKind.NEGATIVE),
        (crowd_of(12, minutes=14)[:3], None),
    ],
)
def test_each_kind_of_spike_is_told_by_its_name(said: list[SpikeObservation], expected: SpikeKind | None) -> None:
    assert kind(detect(*said)) is expected


def plan(
    times: float = 20, words: tuple[str, ...] = (), *, subject: str = "Northwind", since: float = 1
) -> SpikeThresholds:
    """A launch that began so many hours ago and lasts an hour."""
    starts_at = datetime.fromtimestamp(NOW - since * HOUR, UTC)
    one = PlannedEvent("launch", PlannedCause.LAUNCH, subject, starts_at, starts_at + timedelta(hours=1), times, words)
    return SpikeThresholds(planned=(one,))


def merge_thresholds(*plans: SpikeThresholds) -> SpikeThresholds:
    return SpikeThresholds(planned=tuple(one for tuning in plans for one in tuning.planned))


def build_praise(people: int, **more: Any) -> list[SpikeObservation]:
    return crowd_of(people, negative=False, **more)


@pytest.mark.parametrize(
    ("tuning", "said", "expected"),
    [
        (plan(), build_praise(30), None),
        (plan(times=2), build_praise(60), SpikeKind.VOLUME),
        (plan(subject="Skylark"), build_praise(30), SpikeKind.VOLUME),
        (plan(since=2.9), build_praise(30), None),
        (plan(since=3), build_praise(30), SpikeKind.VOLUME),
        (plan(since=-1), build_praise(30), SpikeKind.VOLUME),
        (plan(words=("new seats",)), build_praise(30, text="the New Seats today"), None),
        (plan(words=("new seats",)), build_praise(30, text="stuck on hold"), SpikeKind.VOLUME),
        (plan(words=("seat",)), build_praise(30, text="the new seats today"), SpikeKind.VOLUME),
        (
            plan(words=("new seats",)),
            [*build_praise(30, text="new seats"), *crowd_of(30, doubtful=True)],
            SpikeKind.BOUGHT,
        ),
        (merge_thresholds(plan(times=1), plan(times=20)), build_praise(30), None),
        (
            merge_thresholds(plan(words=("tour",)), plan(words=("new seats",))),
            build_praise(30, text="new seats today"),
            None,
        ),
        (
            merge_thresholds(plan(words=("tour",)), plan(subject="Skylark")),
            build_praise(30, text="new seats today"),
            SpikeKind.VOLUME,
        ),
    ],
)
def test_what_is_planned_is_no_spike_and_what_comes_beside_it_is(
    tuning: SpikeThresholds, said: list[SpikeObservation], expected: SpikeKind | None
) -> None:
    assert kind(detect(*said, tuning=tuning)) == expected


@pytest.mark.parametrize(
    "said",
    [
        crowd_of(12),
        crowd_of(12, text="the new seats hurt"),
        crowd_of(7, minutes=55, text="the new seats hurt"),
        [
            *build_praise(30, text="new seats"),
            *[build_observation_of(one, f"foe{one}", "new seats hurt") for one in range(8)],
        ],
    ],
)
@pytest.mark.parametrize("words", [(), ("new seats",), ("tour",)])
def test_a_plan_never_raises_the_bar_for_voices_against_us(
    said: list[SpikeObservation], words: tuple[str, ...]
) -> None:
    with_plan, without = detect(*said, tuning=plan(words=words)), detect(*said)
    assert with_plan == without
    assert kind(without) in {SpikeKind.NEGATIVE, SpikeKind.TOPIC}


def test_a_share_of_complaints_is_told_where_no_more_people_talk_than_usual() -> None:
    busy = SubjectBaseline(subject="Northwind", until=int(NOW) - 7 * DAY)
    for start in quarters(7):
        said = [build_observation_of(0, f"{start}{n}", negative=False, complaint=n < 4) for n in range(20)]
        busy = busy.learn_quarter(said)
    said = [build_observation_of(119 * n / 160, f"w{n}", negative=False, complaint=n % 4 < 2) for n in range(160)]
    assert kind(detect(*said, baseline=busy)) is SpikeKind.SHARE


def test_what_is_told_has_its_numbers() -> None:
    finding = detect(*crowd_of(12), build_observation_of(3, "who1"), *crowd_of(2, doubtful=True)[:1])
    assert finding is not None
    assert (finding.result.voices, finding.posts, finding.result.window) == (12, 13, 15 * 60)
    assert 0.5 < finding.result.expected < 2


def test_still_learning_asks_for_more() -> None:
    assert kind(detect(*crowd_of(9))) is SpikeKind.NEGATIVE
    assert detect(*crowd_of(9), baseline=build_baseline(0.9)) is None
    assert kind(detect(*crowd_of(40), baseline=build_baseline(0.9))) is SpikeKind.NEGATIVE


def test_the_playbook_says_how_little_is_enough() -> None:
    said = crowd_of(7)
    assert kind(detect(*said, tuning=SpikeThresholds(sensitivity=SpikeSensitivity.HIGH))) is SpikeKind.NEGATIVE
    assert detect(*said, tuning=SpikeThresholds(voices=20)) is None


def test_what_is_held_of_a_storm_is_bounded_and_the_newest() -> None:
    watch = SpikeDetector("Northwind")
    for number in range(MAX_OBSERVATIONS + 500):
        watch.add_observation(build_observation_of(100 - number / 30, f"who{number}"))
    assert len(watch.observations) == MAX_OBSERVATIONS
    assert watch.observations[-1].who == f"who{MAX_OBSERVATIONS + 499}"


def test_what_comes_late_stands_where_it_was_said() -> None:
    watch = SpikeDetector("Northwind")
    for ago in (1, 90, 30, 60):
        watch.add_observation(build_observation_of(ago, f"who{ago}"))
    assert [one.who for one in watch.observations] == ["who90", "who60", "who30", "who1"]


def test_after_three_days_it_is_not_learning_any_more() -> None:
    assert build_baseline(3).negative.quarters == LEARNING_QUARTERS
    assert not build_baseline(3).is_learning
