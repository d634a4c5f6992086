import pytest

from tests.detectors.vocabulary import assess


def holds(text: str, intent: str) -> bool:
    return f"intent:{intent}" in assess(text).labels


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
def test_complaints_are_detected(text: str) -> None:
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
def test_other_posts_are_no_complaints(text: str) -> None:
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
def test_each_intent_is_detected(text: str, intent: str) -> None:
    assert holds(text, intent)


def test_several_may_hold_at_once() -> None:
    assert set(assess("@northwindair where is my refund? still waiting!").get_words("intent")) >= {
        "complaint",
        "question",
    }


def test_other_holds_when_nothing_else_does() -> None:
    assert assess("Northwind Air flies to Porto from May on").get_words("intent") == ("other",)


def test_the_reason_quotes_the_words() -> None:
    assert assess("@northwindair still waiting, no answer").find_reasons("intent") == (
        "complaint: 'still waiting', 'no answer'",
    )


def test_denied_praise_is_no_praise() -> None:
    found = assess("@northwindair not helpful, not friendly, not great")
    assert not found.labels & {"intent:praise"}
    assert "intent:complaint" in found.labels


@pytest.mark.parametrize("text", ["oh great, another delay", "yeah right, best airline ever @northwindair"])
def test_praise_that_may_be_sarcasm_is_no_praise(text: str) -> None:
    assert not holds(text, "praise")


def test_plain_thanks_are_praise() -> None:
    assert holds("thanks a lot @northwindair, you fixed it", "praise")
