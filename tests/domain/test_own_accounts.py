"""Whose account a post is of, and who says that they work here."""

import pytest

from bot.domain.own_accounts import NO_ACCOUNTS, OwnAccounts, StaffSign, build_staff_pattern
from tests.domain.samples import build_mention

ACCOUNTS = OwnAccounts(
    {("x", "northwindair"): "", ("x", "ana"): "U0ANA", ("bluesky", "did:plc:ana"): "U0ANA"},
    build_staff_pattern(["Northwind Air", "@northwindair", "#flynorthwind"]),
)


@pytest.mark.parametrize(
    ("source", "author", "owner"),
    [
        ("x", {"id": "1", "handle": "NorthwindAir"}, ""),
        ("x", {"id": "1", "handle": "@ana"}, "U0ANA"),
        ("bluesky", {"id": "did:plc:ana"}, "U0ANA"),
        ("bluesky", {"id": "did:plc:ana", "handle": "ana.example"}, "U0ANA"),
        ("x", {"id": "ana", "handle": "somebody"}, "U0ANA"),
        ("bluesky", {"id": "did:plc:evil", "handle": "northwindair"}, None),
        ("x", {"id": "2", "handle": "northwind_air", "name": "northwindair"}, None),
        ("x", {"id": "unknown"}, None),
    ],
)
def test_an_account_is_ours_by_source_and_handle_or_id(source: str, author: dict[str, str], owner: str | None) -> None:
    mention = build_mention(id=f"{source}:9", source=source, author=author)
    assert ACCOUNTS.find_owner(mention) == owner
    assert NO_ACCOUNTS.find_owner(mention) is None


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("I work for Northwind Air and our lounge is great", StaffSign.WORKS_HERE),
        ("As some know I actually work at @northwindair", StaffSign.WORKS_HERE),
        ("we work for NORTHWIND AIR, come and see", StaffSign.WORKS_HERE),
        ("what, do I work for @northwindair now?", None),
        ("feels like I work for northwind air", None),
        ("I work for Northwind Airlines of Mars", None),
        ("I work for Northwind Air's rival", None),
        ("I don't work for Northwind Air", None),
        ("their wifi does not work at northwind air", None),
        ("Sorry for that, we look into it ^AB", StaffSign.SIGNATURE),
        ("this ^^ and that ^", None),
    ],
)
def test_who_works_here_says_so_or_signs_an_answer(text: str, sign: StaffSign | None) -> None:
    assert ACCOUNTS.find_staff_sign(build_mention(text=text, in_reply_to="x:1")) == sign


def test_a_signature_is_one_below_an_answer_only() -> None:
    mention = build_mention(text="Great crew on board today ^AB")
    assert ACCOUNTS.find_staff_sign(mention.copy_with(conversation="", in_reply_to="")) is None


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("Ana at Northwind Air", "works here"),
        ("Ana @ Northwind Air", "works here"),
        ("Northwind Air sucks", None),
        ("Nat Northwind", None),
    ],
)
def test_a_name_may_say_it_too(name: str, sign: str | None) -> None:
    mention = build_mention(text="nice", author={"id": "1", "handle": "a", "name": name})
    assert ACCOUNTS.find_staff_sign(mention) == sign
