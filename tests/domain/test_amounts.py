"""Amounts as people type them into a form, in the unit of an offer."""

import pytest

from bot.domain.amounts import parse_amount


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("20 €", "20"),
        ("20€", "20"),
        ("€20", "20"),
        ("€ 20", "20"),
        ("EUR20", "20"),
        ("20 Euro", "20"),
        ("20 euros", "20"),
        ("20,-", "20"),
        ("20.- EUR", "20"),
        ("20,5", "20.50"),
        ("1 000", "1,000"),
        ("1\u00a0000 €", "1,000"),
        ("1'000", "1,000"),
        ("1,000", "1,000"),
        ("1,000.50", "1,000.50"),
        ("1.000,50", "1,000.50"),
        ("1.000.000", "1,000,000"),
    ],
)
def test_an_amount_may_be_written_as_people_write_it(typed: str, number: str) -> None:
    assert parse_amount(typed, "EUR").number == number


@pytest.mark.parametrize(
    ("typed", "unit"),
    [("$20", "USD"), ("20 dollars", "USD"), ("£20", "GBP"), ("20 pounds", "GBP"), ("20 MILES", "miles")],
)
def test_a_unit_may_have_another_name(typed: str, unit: str) -> None:
    assert str(parse_amount(typed, unit)) == f"20 {unit}"


@pytest.mark.parametrize("typed", ["$20", "20 £", "20 miles"])
def test_another_unit_is_refused_as_such(typed: str) -> None:
    with pytest.raises(ValueError, match="is in another unit"):
        parse_amount(typed, "EUR")


@pytest.mark.parametrize("typed", ["50 EUR and a voucher", "1e1", "+5", "20'", "1,0000", "1,000,50", "$20 EUR"])
def test_what_is_no_amount_is_refused_as_such(typed: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        parse_amount(typed, "EUR")


@pytest.mark.parametrize(
    ("written", "amount"),
    [("€50", "50 EUR"), ("50 euros", "50 EUR"), ("20,000 miles", "20,000 miles"), ("500 air miles", "500 air miles")],
)
def test_an_amount_of_the_playbook_names_its_unit(written: str, amount: str) -> None:
    assert str(parse_amount(written)) == amount
