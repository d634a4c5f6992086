import pytest

from bot.domain.destination import Destination, ToChannel, ToDepartment, ToPager, ToPerson, parse_destination


@pytest.mark.parametrize(
    ("stored", "destination"),
    [
        ("customer care", ToDepartment("customer care")),
        ("@U0ANA", ToPerson("U0ANA")),
        ("#C0OPS", ToChannel("C0OPS")),
        ("!ntfy", ToPager("ntfy")),
    ],
)
def test_a_destination_is_read_as_it_was_written(stored: str, destination: Destination) -> None:
    assert str(destination) == stored
    assert parse_destination(stored) == destination


def test_a_person_and_a_channel_with_one_id_are_two_destinations() -> None:
    one: set[Destination] = {ToPerson("X1"), ToChannel("X1"), ToDepartment("X1"), ToPager("X1")}
    assert len(one) == 4
