"""The tone of a post does not depend on the spelling of apostrophes, emoji or the brand."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from bot.detectors.pipeline import MentionAssessor
from bot.domain.assessment import Assessment
from bot.domain.subject import Subject
from tests.detectors.vocabulary import assessor, mention

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MANY = 2_000
APOSTROPHES = "\u2019\u2018\u02bc\u02b9\u2032\u00b4\uff07\u201b`\u05f3\ua78c"
SKINS = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
TAKES_A_SKIN = "👍👎🙏👏🙌💪👋👌✌✋🤦🤷💁🙋🤞👊🙅"
LINK_AT_END = re.compile(r"(?:https?://|www\.)\S+\s*$", re.IGNORECASE)
NAMES = ["Happy Socks", "Best Buy", "Delight", "Hope", "Target", "Hell Energy", "Dirty Burger", "IKEA", "Acme"]

real = pytest.mark.skipif(not (DATA / "pool.jsonl").exists(), reason="the real posts do not lie beside this project")


@cache
def posts() -> list[str]:
    """Return ordinary posts, which no head was trained on."""
    return [json.loads(line)["text"] for line in (DATA / "pool.jsonl").read_text("utf-8").splitlines()]


def feelings(found: Assessment) -> tuple[object, ...]:
    return (
        found.sentiment,
        found.is_unsure,
        found.get_words("intent"),
        [round(p, 6) for p in found.probabilities.values()],
    )


def assert_same_tone(given: list[str], other: list[str], ears: MentionAssessor | None = None) -> None:
    ears = ears or assessor()
    one, two = (ears.assess([mention(text) for text in texts]) for texts in (given, other))
    assert [feelings(found) for found in one] == [feelings(found) for found in two]


@pytest.mark.parametrize("mark", [*APOSTROPHES, "&#39;", "&rsquo;", "&amp;#39;", "â€™"])
def test_a_complaint_stays_one_however_its_apostrophe_is_spelled(mark: str) -> None:
    said = "The staff isn't good and I don't like northwind air"
    [found] = assessor().assess([mention(said.replace("'", mark))])
    assert (found.sentiment.value, "intent:complaint" in found.labels) == ("negative", True)
    assert_same_tone([said], [said.replace("'", mark)])


@real
def test_no_apostrophe_changes_the_tone_of_2000_real_posts() -> None:
    given = [text for text in posts() if re.search(r"\w'\w", text)][:MANY]
    assert len(given) == MANY
    other = [
        re.sub(r"(?<=\w)'(?=\w)", APOSTROPHES[number % len(APOSTROPHES)], text) for number, text in enumerate(given)
    ]
    assert_same_tone(given, other)


@pytest.mark.parametrize(
    ("plain", "spelled"),
    [("👍", "👍🏿"), ("🤦", "🤦🏽\u200d♀\ufe0f"), ("🤷", "🤷\u200d♂"), ("❤", "❤\ufe0f"), ("👩", "👩🏾\u200d🦰")],
)
def test_an_emoji_means_the_same_in_every_skin_tone(plain: str, spelled: str) -> None:
    for said in ("@northwindair {}", "my bag is still lost {}", "{} again"):
        assert_same_tone([said.format(plain)], [said.format(spelled)])


@real
def test_no_skin_tone_changes_the_tone_of_2000_real_posts() -> None:
    given = [f"{text} {TAKES_A_SKIN[number % len(TAKES_A_SKIN)]}" for number, text in enumerate(posts()[:MANY])]
    other = [f"{text}{SKINS[number % len(SKINS)]}" for number, text in enumerate(given)]
    assert_same_tone(given, other)


def assert_same_labels(given: list[str], other: list[str]) -> None:
    one, two = (assessor().assess([mention(text) for text in texts]) for texts in (given, other))
    assert [found.labels for found in one] == [found.labels for found in two]


@real
@pytest.mark.parametrize("change", [str.upper, str.lower, str.title])
def test_the_case_of_a_handle_changes_no_label_of_2000_real_posts(change: Callable[[str], str]) -> None:
    given = [text for text in posts() if re.search(r"@\w", text)][:MANY]
    assert len(given) == MANY
    assert_same_labels(given, [re.sub(r"@\w+", lambda found: change(found[0]), text) for text in given])


@real
def test_second_spaces_change_no_label_of_2000_real_posts() -> None:
    given = posts()[:MANY]
    assert_same_labels(given, [text.replace(" ", "  ", 1) for text in given])
    assert_same_labels(given, [f" {text.replace(' ', '  ')}\n" for text in given])


@pytest.mark.parametrize("links", ["https://a.example/1", "http://a.example www.b.example/x?y=1"])
@pytest.mark.parametrize("said", ["my bag is still lost", "thank you @northwindair!", "so it is 😍"])
def test_links_at_the_end_change_no_probability(said: str, links: str) -> None:
    assert_same_tone([said], [f"{said} {links}"])


@real
def test_a_link_at_the_end_changes_no_label_of_2000_real_posts_but_spam() -> None:
    """Spam may change, because words such as *free* or *money* with a link are rather an offer: 16 of 2,000 posts did."""
    given = [text for text in posts() if not LINK_AT_END.search(text)][:MANY]
    other = [f"{text} https://example.com/a1b2" for text in given]
    one, two = (assessor().assess([mention(text) for text in texts]) for texts in (given, other))
    changed = [
        before.labels ^ after.labels for before, after in zip(one, two, strict=True) if before.labels != after.labels
    ]
    assert all("intent:spam" in labels for labels in changed)
    assert len(changed) <= 0.01 * MANY


@pytest.mark.parametrize("name", NAMES)
def test_a_brand_named_after_a_feeling_is_judged_like_any_other(name: str) -> None:
    lines = [
        "{} is closed on Monday",
        "{} lost my bag",
        "is {} open today?",
        "so {} is down again",
        "my bag: #{} ruined it",
    ]
    for line in lines:
        one, two = (
            MentionAssessor([Subject(name=brand, terms=(brand,))]).assess(
                [mention(line.format(brand.replace(" ", "") if "#" in line else brand))]
            )[0]
            for brand in (name, "Northwind")
        )
        assert feelings(one) == feelings(two)
        assert one.sentiment.value != "positive"


@real
@pytest.mark.parametrize("name", ["Happy Socks", "Hell Energy", "IKEA", "Hope", "H&M", "Fire TV"])
def test_no_brand_name_changes_the_tone_of_2000_real_posts(name: str) -> None:
    """Replace the names of the airlines in a real week by the brand."""
    week = (DATA / "replay_airline.jsonl").read_text("utf-8").splitlines()
    called = re.compile(r"(?<![@#\w])(?:united|southwest|delta|jetblue|virgin america|us airways)(?!\w)", re.IGNORECASE)
    texts = [json.loads(line)["text"] for line in week]
    texts = [text for text in texts if called.search(text)]
    texts += [f"{{}}: {text}" for text in posts()]
    texts = [text for text in texts if not re.search(name, text, re.IGNORECASE)][:MANY]
    said = [[called.sub(brand, text).replace("{}", brand) for text in texts] for brand in (name, "Zorvella")]
    one, two = (
        MentionAssessor([Subject(name="It", terms=(brand,))]).assess([mention(text) for text in texts])
        for brand, texts in zip((name, "Zorvella"), said, strict=True)
    )
    assert len(one) == MANY
    assert [feelings(found) for found in one] == [feelings(found) for found in two]


def test_a_masked_name_is_never_shown_masked() -> None:
    found = MentionAssessor([Subject(name="Happy Socks", terms=("happy socks",))]).assess(
        [mention("Happy Socks lost my bag, the worst")]
    )[0]
    assert "Happy Socks: 'happy socks'" in found.reasons
    assert "\u0238" not in " ".join(found.reasons)


@pytest.mark.parametrize(
    "said",
    [
        "no complaints here",
        "no issues so far with northwind air",
        "can't complain",
        "zero problems so far",
        "not bad at all",
        "northwind air: no delays, no hassle",
        "never had a problem with northwind air",
        "can`t fault the crew of northwind air",
        "no worries",
        "northwind air never fails to deliver",
    ],
)
def test_denied_trouble_is_not_negative(said: str) -> None:
    [found] = assessor().assess([mention(said)])
    assert found.sentiment.value != "negative"
    assert "intent:complaint" not in found.labels


@pytest.mark.parametrize(
    "said",
    [
        "no complaints were answered by northwind air",
        "no issues were resolved, northwind air",
        "northwind air, I never had a problem with you until today",
        "no one fixed my problems at northwind air",
    ],
)
def test_unresolved_trouble_is_not_denied(said: str) -> None:
    [found] = assessor().assess([mention(said)])
    assert found.sentiment.value != "positive"
    assert "intent:praise" not in found.labels


def test_a_name_behind_denied_trouble_is_masked_in_its_place() -> None:
    ears = MentionAssessor([Subject(name="Trouble", terms=("no trouble", "happy socks"))])
    [found] = ears.assess([mention("not bad at all, no issues with Happy Socks, and no delays. No Trouble is shut")])
    assert found.subject == "Trouble"
    [hearing] = [
        one.context for one in ears.assess_lazily([mention("not bad at all, no issues, said Happy Socks today")])
    ]
    assert [hearing.tokens[place] for place in hearing.masked_places] == ["Happy Socks"]


@pytest.mark.parametrize(
    "said",
    [
        "great job northwind air, another two hour delay, love it",
        "thanks northwind air for losing my bag again, brilliant",
        "well done @northwindair, flight cancelled, amazing service",
        "bravo northwind air, app down again, love it",
        "perfect, another outage at northwind air. great work",
        "kudos northwind air, two failures in one week",
    ],
)
def test_praise_beside_a_failure_is_unsure_and_no_praise(said: str) -> None:
    [found] = assessor().assess([mention(said)])
    assert found.is_unsure
    assert "intent:praise" not in found.labels


@pytest.mark.parametrize(
    "said",
    [
        "great job northwind air handling the delay, the crew was lovely",
        "northwind air, thanks for rebooking me after my flight was cancelled, you rock",
        "great job northwind air, my lost bag was found within an hour, thank you!",
        "love the crew of northwind air, even with a 2 hour delay they were wonderful",
    ],
)
def test_praise_for_repairing_a_failure_is_praise(said: str) -> None:
    [found] = assessor().assess([mention(said)])
    assert (found.sentiment.value, found.is_unsure, found.get_words("intent")) == ("positive", False, ("praise",))
