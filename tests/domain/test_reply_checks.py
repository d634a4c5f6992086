"""The checks of a reply, on replies that were made up for them: lines/replies.toml says how.

Found on 2026-11-29, of `later` at its first run: 37 of 37, with 1 of 53 ordinary replies found wrongly. Nothing was
changed after that. Of `seen`: 37 of 37, and 0 of 53. One person wrote the replies and the words, so that replies of
others will do worse.
"""

import tomllib
from pathlib import Path

import pytest

from bot.domain.amounts import iter_amounts, parse_amount
from bot.domain.replies.checks import CHECKS, ReplyContext, check_reply

LINES = tomllib.loads((Path(__file__).parent / "lines" / "replies.toml").read_text("utf-8"))
FALSE = {"seen": [], "later": ["The ticket was 312 EUR, and it includes one bag."]}


def build_context(
    text: str, authority: str = "Apologise, rebook, credit up to 50 EUR.", account: str = ""
) -> ReplyContext:
    known = "Write to help@northwind.example"
    return ReplyContext(text, (parse_amount("20000 miles"),), authority, known, "Northwind Air", account)


@pytest.mark.parametrize("half", LINES)
def test_each_reply_that_a_check_has_to_find_is_found(half: str) -> None:
    missed = [
        (check, text)
        for check, texts in LINES[half].items()
        for text in texts
        if check != "passes" and not CHECKS[check](build_context(text, account="@ana" if check == "disclosure" else ""))
    ]
    assert missed == []


@pytest.mark.parametrize("half", LINES)
def test_an_ordinary_reply_gets_no_sentence(half: str) -> None:
    assert [text for text in LINES[half]["passes"] if check_reply(build_context(text))] == FALSE[half]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("fifty-five euros, or a hundred dollars", ["55 EUR", "100 USD"]),
        ("two hundred and fifty pounds", ["250 GBP"]),
        ("dreihundertfünfundsiebzig Euro", ["375 EUR"]),
        ("ein Fünfzig-Euro-Gutschein, a twenty euro note", ["50 EUR", "20 EUR"]),
        ("quatre-vingt-dix euros, cinq cents euros", ["90 EUR", "500 EUR"]),
        ("doscientos cincuenta euros", ["250 EUR"]),
        ("trezentos e vinte euros", ["320 EUR"]),
        ("duecentocinquanta euro", ["250 EUR"]),
        ("honderdvijfentwintig euro", ["125 EUR"]),
        ("one thousand two hundred EUR", ["1,200 EUR"]),
        ("2k EUR, €1k, 50-euro credit, € 50, 50€", ["2,000 EUR", "1,000 EUR", "50 EUR", "50 EUR", "50 EUR"]),
        ("30.000 Meilen", ["30,000 miles"]),
        ("the euro, seventeen people, 23 kg", []),
    ],
)
def test_an_amount_is_read_in_digits_and_in_the_words_of_seven_languages(text: str, amounts: list[str]) -> None:
    assert [str(one) for one in iter_amounts(text, {"miles"})] == amounts


@pytest.mark.parametrize(
    ("text", "authority", "says"),
    [
        ("You get a full refund.", "Rebook", "doesn't say that you can offer this: “full refund”"),
        ("You get a full refund.", "Rebook, or refund the ticket", ""),
        ("We'll refund you 40 EUR.", "Up to 50 EUR", ""),
        ("We'll give you 40 EUR and a free flight.", "Up to 50 EUR", "“free flight”"),
        ("A full refund. For all of you!", "Rebook", "“full refund”"),
        ("You can ask for a full refund.", "Rebook", ""),
        ("You get a full refund.", "", ""),
    ],
)
def test_what_has_no_amount_may_be_promised_only_if_the_playbook_names_it(text: str, authority: str, says: str) -> None:
    context = build_context(text, authority)._replace(limits=())
    assert says in CHECKS["promise"](context)
    assert bool(CHECKS["promise"](context)) == bool(says)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Our flights NW1234, NWA123 and NW 12", False),
        ("Pay to GB29NWBK60161331926819", True),
        ("NW12 FROM LISB OVER MADR TO PORT", False),
        ("Your tag NW482913 was read in Porto", True),
        ("Call us on 555 0123", True),
        ("We call flight 1204 at 18:30", False),
    ],
)
def test_flight_numbers_are_no_personal_data(text: str, *, found: bool) -> None:
    assert bool(CHECKS["personal data"](build_context(text))) == found


@pytest.mark.parametrize("text", ["hundert" * 300 + " euro", "a euro " * 400, "und " * 900 + "euro", "We'll " * 500])
def test_no_text_takes_the_checks_long(text: str) -> None:
    assert isinstance(check_reply(build_context(text)), tuple)
