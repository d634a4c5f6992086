from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pydantic import ValidationError

from bot.domain.subject import Subject
from bot.sources.x_options import XOptions
from bot.sources.x_rules import (
    OWN_TAG,
    QUERY_LIMIT,
    RULE_LIMIT,
    XRule,
    build_rules,
    diff_rules,
    find_unsupported_terms,
)


def values(limit: int = RULE_LIMIT, lang: str = "", extra: str = "", **subject: Any) -> list[str]:
    return [rule.value for rule in build_rules([Subject(name="Kettle", **subject)], limit, lang, extra)]


@pytest.mark.parametrize(
    ("term", "operator"),
    [
        ("kettle", '"kettle"'),
        ("kettle co", '"kettle co"'),
        ("@kettleco", "@kettleco"),
        ("#ourkettle", "#ourkettle"),
        ("$KTL", "$KTL"),
        ("OR", '"OR"'),
        ("from:rival", '"from:rival"'),
        ('the "best" kettle', '"the best kettle"'),
        ("@a-name-that-is-none", '"@a-name-that-is-none"'),
        ("chá\nverde", '"chá verde"'),
    ],
)
def test_a_term_can_be_no_operator_by_accident(term: str, operator: str) -> None:
    assert values(terms=(term,)) == [f"({operator}) -is:retweet"]


def test_a_rule_says_all_that_the_playbook_says() -> None:
    [rule] = values(
        lang="pt",
        extra="-is:nullcast",
        terms=("kettle", "Kettle Co"),
        handles=("@kettleco",),
        exclude=("kettle chips",),
    )
    assert rule == (
        '("kettle" OR "Kettle Co" OR @kettleco) -is:retweet lang:pt -is:nullcast -from:kettleco -"kettle chips"'
    )


def test_a_long_list_of_terms_is_split_and_none_is_lost() -> None:
    terms = tuple(f"kettle number {n}" for n in range(200))
    split = values(terms=terms, exclude=("chips",))
    assert len(split) > 1
    assert all(len(value) <= RULE_LIMIT and value.endswith(') -is:retweet -"chips"') for value in split)
    assert all(sum(f'"{term}"' in value for value in split) == 1 for term in terms)


def test_exclusions_leave_half_of_the_room_to_the_terms() -> None:
    [query] = values(limit=QUERY_LIMIT, terms=("kettle",), exclude=tuple(f"not this one {n}" for n in range(99)))
    assert len(query) < QUERY_LIMIT / 2 + len('("kettle")')


def test_a_term_that_x_cannot_take_is_named() -> None:
    kettle = Subject(name="Kettle", terms=("k" * 600, "kettle"))
    assert find_unsupported_terms([kettle]) == [f'X cannot search for ""{"k" * 39}…" of Kettle: it is too long.']
    assert find_unsupported_terms([Subject(name="Void", terms=('""',))]) == [
        "X has nothing to search for in Void: none of its terms is a word."
    ]


def test_rules_of_others_are_neither_deleted_nor_taken_for_ours() -> None:
    foreign, old = XRule("(a)", "mine", "1"), XRule("(b)", "earshot:Kettle", "2")
    kept, want = XRule("(c)", "earshot:Kettle", "3"), [XRule("(c)", "earshot:Kettle"), XRule("(a)", "earshot:Kettle")]
    change = diff_rules([foreign, old, kept], want)
    assert (change.delete, change.add) == ((old,), (want[1],))


@settings(deadline=None)
@given(some.lists(some.text(min_size=1), min_size=1), some.lists(some.text()), some.lists(some.text()))
def test_no_playbook_makes_a_rule_that_is_too_long(terms: list[str], handles: list[str], exclude: list[str]) -> None:
    subject = Subject(name="Kettle", terms=tuple(terms), handles=tuple(handles), exclude=tuple(exclude))
    rules = build_rules([subject], QUERY_LIMIT)
    assert all(len(rule.value) <= QUERY_LIMIT and rule.value.startswith("(") for rule in rules)


@pytest.mark.parametrize(
    ("tag", "asked"),
    [
        ("en", "en"), ("PT-br", "pt"), ("he", "iw"), ("iw", "iw"), ("id", "in"), ("zh-CN", "zh-CN"), ("zh-Hans", "zh-CN"),
        ("zh-Hant-HK", "zh-TW"), ("zh_TW", "zh-TW"), ("zh", "zh"), ("fil", "tl"), ("nb", "no"), ("hi-Latn", "hi-Latn"),
    ],
)  # fmt: skip
def test_a_language_is_asked_for_in_xs_own_codes(tag: str, asked: str) -> None:
    assert f" lang:{asked}" in values(lang=XOptions(lang=tag).lang, terms=("kettle",))[0]


@pytest.mark.parametrize("tag", ["english", "e", "zh CN", "en OR from:me", "中文"])
def test_what_is_no_language_is_refused(tag: str) -> None:
    with pytest.raises(ValidationError):
        XOptions(lang=tag)


def test_our_own_answers_have_a_rule_of_their_own_in_every_language() -> None:
    subject = Subject(name="Kettle", terms=("kettle",))
    *_, own = build_rules([subject], RULE_LIMIT, "pt", "-is:nullcast", ("kettleco", "not a handle", "ana_kettle"))
    assert own == XRule("(from:kettleco OR from:ana_kettle) is:reply -is:retweet", OWN_TAG)
    assert (own.is_own, own.subject) == (True, "")
    assert diff_rules([own], [own]) == diff_rules([], [])
    assert diff_rules([own], []).delete == (own,)


def test_hundreds_of_own_accounts_are_as_many_rules_as_they_need() -> None:
    handles = [f"somebody_{number:05}" for number in range(200)]
    rules = build_rules([], QUERY_LIMIT, own_handles=handles)
    assert len(rules) > 1
    assert all(len(rule.value) <= QUERY_LIMIT for rule in rules)
    assert all(
        sum(f"from:{handle} " in f"{rule.value} ".replace(")", " ") for rule in rules) == 1 for handle in handles
    )
