import pytest

from bot.domain.assessment import Intent
from tests.detectors.lines.reader import read_lines
from tests.detectors.vocabulary import assess

UNSEEN = read_lines("crisis_unseen")
FRESH = read_lines("crisis_fresh")
BRANDS = read_lines("crisis_brands")
ROUNDABOUT = read_lines("crisis_roundabout")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("smoke in the cabin of my northwind air flight", "safety"),
        ("@northwindair NW 90 just made an emergency landing in Porto", "safety"),
        ("a passenger next to me is injured and bleeding @northwindair", "safety"),
        ("@northwindair you will hear from my lawyer, see you in court", "legal"),
        ("@northwindair give me my money or I will sue you", "legal"),
        ("@northwindair this goes to small claims on monday", "legal"),
        ("@northwindair I can see someone else's booking with their passport details", "leak"),
        ("@northwindair your gate agent was racist to my mother", "discrimination"),
        ("I can't take it any more, I want to kill myself", "self-harm"),
        ("hello @northwindair I'm a journalist, request for comment", "journalist"),
    ],
)
def test_harm_is_a_crisis_of_its_kind(text: str, kind: str) -> None:
    found = assess(text)
    assert found.intent is Intent.CRISIS
    assert found.get_words("harm")[0] == kind
    assert any(because.startswith(f"crisis, {kind}: '") for because in found.reasons)


@pytest.mark.parametrize(
    "text",
    [
        "this wait is killing me @northwindair",
        "dying to try the new northwind air lounge",
        "the northwind air app crashed again",
        "what if the plane crashed, would anybody care about the coffee",
        "nobody was injured, all good @northwindair",
        "that northwind air fire sale is a good deal",
        "almost had a heart attack when I saw the price",
        "there was no fire and no smoke on the plane, just steam",
        "please fire the captain",
        "watching a movie with a plane crash in it",
        "saw the northwind air ad on the news channel, nice tv interview too",
        "@northwindair your airline is on fire. Figuratively.",
        "@northwindair four hours on the ground, my lawyer would love this",
        "@northwindair refund me by tomorrow or my lawyer and every newspaper will hear of it",
        "@northwindair is setting itself up for a lawsuit, an hour and a half on the plane",
    ],
)
def test_what_only_sounds_like_harm_is_no_crisis(text: str) -> None:
    assert "intent:crisis" not in assess(text).labels


def test_written_crises_are_told_from_harmless_posts() -> None:
    """Measured F1 .968 of 74 on what was written before the rules were tuned on it (2026-11-22)."""
    harm = ["intent:crisis" in assess(text).labels for texts in UNSEEN["harm"].values() for text in texts]
    none = ["intent:crisis" in assess(text).labels for texts in UNSEEN["none"].values() for text in texts]
    assert 2 * sum(harm) / (len(harm) + sum(harm) + sum(none)) >= 0.9


@pytest.mark.parametrize(
    "text",
    [
        "flood in the valley, people trapped on roofs",
        "#prayforporto and everyone on the bridge",
        "terremoto fortissimo, palazzi crollati",
        "BREAKING: explosion at the port, death toll rises",
    ],
)
def test_a_disaster_is_detected_by_words_and_hashtags(text: str) -> None:
    assert assess(text).get_words("harm") == ("disaster",)


def test_a_disaster_that_no_rule_knows_is_doubtful() -> None:
    found = assess("power is out in half of the town after the wind last night, trees on the road")
    assert (found.get_words("harm"), found.get_words("crisis")) == (("disaster",), ("doubtful",))
    assert any(because.startswith("crisis, disaster by its words together: ") for because in found.reasons)
    assert "doubtful: no rule knows it" in found.reasons


def test_few_words_are_no_disaster_by_themselves() -> None:
    assert "intent:crisis" not in assess("trees on the road").labels


def test_harmless_twins_of_harm_in_roundabout_words_are_no_crisis() -> None:
    """First run: 1 of 108."""
    none = ["intent:crisis" in assess(text).labels for texts in ROUNDABOUT["none"].values() for text in texts]
    assert len(none) == 108
    assert sum(none) <= 3


def test_unforeseen_harm_is_told_from_harmless_posts() -> None:
    """First run: 15 of 28, and 2 of 26 called so wrongly (F1 .67). Now 27 and none, of lines by the maker of the rules."""
    told = {
        (kind, text): "intent:crisis" in assess(text).labels
        for kind, parts in FRESH.items()
        for texts in parts.values()
        for text in texts
    }
    harm = [told[kind, text] for kind, text in told if kind != "not a crisis"]
    assert sum(harm) >= 0.9 * len(harm)
    assert sum(told.values()) - sum(harm) <= 1


def test_crises_of_every_trade_are_told_from_harmless_posts() -> None:
    """Of 220 lines; each set was first run unseen, at F1 .48, .46, .32 and .46, and .84 where it is said in plain words."""
    harm = ["intent:crisis" in assess(text).labels for lines in BRANDS.values() for text in lines["harm"]]
    none = ["intent:crisis" in assess(text).labels for lines in BRANDS.values() for text in lines["none"]]
    assert 2 * sum(harm) / (len(harm) + sum(harm) + sum(none)) >= 0.9


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the CEO of @brightwell was arrested for bribery", "conduct"),
        ("pilots of @northwindair are on strike from Monday, says the union", "strike"),
        ("people can't reach 911, the network of @telvora is down", "outage"),
        ("@pawlane our dog died in your kennel", "animals"),
        ("the plant is dumping toxic sludge into the river", "pollution"),
    ],
)
def test_harm_by_a_company_is_a_crisis_of_its_kind(text: str, kind: str) -> None:
    assert kind in assess(text).get_words("harm")


def test_words_that_harm_together_must_stand_near_each_other() -> None:
    far = "I broke my promise to write, and so here is a long letter about our lovely holiday with a sore foot"
    assert "intent:crisis" in assess("I broke my foot on your stairs").labels
    assert "intent:crisis" not in assess(far).labels


def test_the_past_is_no_crisis() -> None:
    assert "intent:crisis" in assess("the plane skidded off the runway").labels
    assert "intent:crisis" not in assess("thirty years ago the plane skidded off the runway").labels
    assert "intent:crisis" not in assess("in 1988 the plane skidded off the runway").labels


def test_a_crisis_that_laughs_is_doubtful_and_says_so() -> None:
    grave = assess("@northwindair emergency landing, engine fire, people injured")
    laughing = assess("@northwindair emergency landing, engine fire, people injured lol")
    assert not grave.get_words("crisis")
    assert laughing.get_words("crisis") == ("doubtful",)
    assert laughing.find_reasons("crisis") == ("doubtful: it laughs",)


def test_several_kinds_of_harm_are_listed_the_gravest_first() -> None:
    found = assess("@northwindair the engine exploded, people died, see you in court")
    assert found.get_words("harm") == ("safety", "legal")


def test_two_words_harm_together_where_neither_does_alone() -> None:
    assert "intent:crisis" not in assess("broken glass on the floor").labels
    assert "intent:crisis" in assess("broken glass, found it in my sandwich").labels
