"""What people type behind `/sentiment preview`."""

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.reports.preview import parse_preview_query


@pytest.mark.parametrize(
    ("typed", "terms", "exclude"),
    [
        ('"northwind"', ("northwind",), ()),
        ("northwind air", ("northwind air",), ()),
        ("northwind air, nwair", ("northwind air", "nwair"), ()),
        ('"northwind air" @northwindair', ("northwind air", "@northwindair"), ()),
        ('"northwind" exclude "northwind traders"', ("northwind",), ("northwind traders",)),
        ("“northwind” Exclude: “northwind traders”, tutorial", ("northwind",), ("northwind traders", "tutorial")),
        ('"exclude me"', ("exclude me",), ()),
        ('"northwind   air', ("northwind air",), ()),
        ('"northwind" "northwind"', ("northwind",), ()),
    ],
)
def test_terms_stand_in_quotes_or_between_commas(typed: str, terms: tuple[str, ...], exclude: tuple[str, ...]) -> None:
    query = parse_preview_query(typed)

    assert (query.terms, query.exclude) == (terms, exclude)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Say what to look for"),
        ('""', "Say what to look for"),
        ('exclude "northwind"', "Say what to look for"),
        ('"?!"', "A term needs a letter"),
        ("x" * 300, "A term needs a letter"),
        ('"northwind" exclude "Northwind"', "nothing would match"),
        (",".join(map(str, range(30))), "Use up to 20 terms"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(NotAllowed, match=sentence.replace("?", r"\?")):
        parse_preview_query(typed)
