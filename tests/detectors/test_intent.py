import pytest

from bot.domain.assessment import Intent
from tests.detectors.vocabulary import heard


def holds(text: str, intent: str) -> bool:
    return f"intent:{intent}" in heard(text).labels


@pytest.mark.parametrize(
    "text",
    [
        "@northwindair lost my bag AGAIN",
        "@northwindair still waiting for my refund, three weeks now",
        "@northwindair is there anybody? no answer since monday",
        "worst boarding ever @northwindair",
        "Thanks for nothing @northwindair",
        "@northwindair on hold for 90 minutes and then you hung up",
        "the northwind air app crashed again while I was checking in",
        "@northwindair never flying with you again",
        "@northwindair this is not acceptable",
        "@northwindair your wifi doesn't work",
    ],
)
def test_a_complaint_is_caught_for_care(text: str) -> None:
    assert holds(text, "complaint")


@pytest.mark.parametrize(
    "text",
    [
        "The store opens at nine.",
        "Northwind Air flies to Porto from May on",
        "@northwindair thank you so much, the crew was lovely",
        "just saw a northwind air plane over the river",
        "Sad news from the coast today",
    ],
)
def test_what_is_no_complaint_is_not_taken_for_one(text: str) -> None:
    assert not holds(text, "complaint")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("@northwindair can I bring a cello on board?", "question"),
        ("does anyone know when northwind air opens its desk", "question"),
        ("@northwindair kudos to the crew of NW 112, above and beyond", "praise"),
        ("I wish northwind air would tell me the gate by text", "need"),
        ("is there anything that shows me all my boarding passes in one place", "need"),
        ("would love it if northwind air had a night flight to Porto", "need"),
        ("thinking of booking northwind air to Lisbon in May", "purchase"),
        ("where can I buy the northwind air model plane", "purchase"),
    ],
)
def test_each_lane_gets_what_is_its_own(text: str, intent: str) -> None:
    assert holds(text, intent)


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
        ("hello @northwindair I'm a journalist, request for comment", "press"),
    ],
)
def test_harm_is_a_crisis_of_its_kind(text: str, kind: str) -> None:
    found = heard(text)
    assert found.intent is Intent.CRISIS
    assert any(because.startswith(f"crisis, {kind}") for because in found.because)


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
        "@northwindair four hours on the ground, my lawyer would love this",
        "@northwindair refund me by tomorrow or my lawyer and every newspaper will hear of it",
        "@northwindair is setting itself up for a lawsuit, an hour and a half on the plane",
    ],
)
def test_what_only_sounds_like_harm_is_no_crisis(text: str) -> None:
    assert not holds(text, "crisis")


def test_several_may_hold_at_once() -> None:
    assert set(heard("@northwindair where is my refund? still waiting!").words("intent")) >= {"complaint", "question"}


def test_other_holds_when_nothing_else_does() -> None:
    assert heard("Northwind Air flies to Porto from May on").words("intent") == ("other",)


def test_the_reason_quotes_the_words() -> None:
    assert heard("@northwindair still waiting, no answer").why("intent") == ("complaint: 'still waiting', 'no answer'",)


def test_praise_denied_is_no_praise() -> None:
    found = heard("@northwindair not helpful, not friendly, not great")
    assert not found.labels & {"intent:praise"}
    assert "intent:complaint" in found.labels
