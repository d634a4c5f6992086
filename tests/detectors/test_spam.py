import pytest

from tests.detectors.vocabulary import heard


@pytest.mark.parametrize(
    "text",
    [
        "Gucci Prada Rolex Nike outlet https://deals.example/x",
        "Great post! Visit my blog https://pills.example/1",
        "Payday loans, instant approval, bad credit ok https://cash.example",
        "Get followers fast, buy followers here https://grow.example",
        "Online casino with free spins https://spin.example",
        "Bitcoin giveaway: double your crypto https://coin.example/now",
        "Make money online from home, $500 a day, be your own boss https://rich.example",
        "https://a.example/only-a-link",
        "#win #win #win #win #free #free #iphone https://a.example",
        "https://a.example https://b.example https://c.example https://d.example click here",
    ],
)
def test_a_pitch_is_spam_and_says_its_shape(text: str) -> None:
    found = heard(text)
    assert "intent:spam" in found.labels
    assert any(because.startswith("spam: ") for because in found.because)


@pytest.mark.parametrize(
    "text",
    [
        "@northwindair my bag is lost, see the report https://pic.example/1",
        "@northwindair you charged me $500 twice, I want my money back https://pic.example/2",
        "I work from home and your chat still doesn't answer @northwindair",
        "@northwindair https://pic.example/3",
        "My Nike bag was damaged on your flight @northwindair https://pic.example/4",
        "#fail #northwind #lost #bag @northwindair",
    ],
)
def test_a_genuine_complaint_is_not_spam(text: str) -> None:
    assert "intent:spam" not in heard(text).labels


def test_spam_is_never_urgent() -> None:
    assert (
        heard("Gucci Prada Rolex Nike outlet https://deals.example/x", author={"id": "a", "followers": 900_000}).urgency
        == 0
    )
