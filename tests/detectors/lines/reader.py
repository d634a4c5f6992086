"""Read the invented posts in the tables beside this file, with what a person reads in them."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bot.domain.subject import Subject, SubjectKind

HERE = Path(__file__).parent

SUBJECTS = (
    Subject(
        name="Northwind Air",
        terms=("northwind air", "northwind", "#flynorthwind", "NWA"),
        handles=("@northwindair", "@northwindhelp"),
        exclude=("northwind traders", "northwind database", "cold northwind"),
    ),
    Subject(name="Cloudpass", kind=SubjectKind.PRODUCT, terms=("cloudpass",)),
    Subject(name="Window Seat Week", kind=SubjectKind.CAMPAIGN, terms=("#windowseatweek", "window seat week")),
    Subject(
        name="Skylark Airways",
        kind=SubjectKind.COMPETITOR,
        terms=("@flyskylark", "skylark airways", "skylark"),
        exclude=("skylark song", "skylarking"),
    ),
    Subject(
        name="Meridian Jet",
        kind=SubjectKind.COMPETITOR,
        terms=("@meridianjet", "meridian jet", "meridian"),
        exclude=("prime meridian", "meridian line"),
    ),
)

REAL = (
    Subject(
        name="Delta",
        terms=("delta", "@delta", "delta air lines", "delta airlines"),
        exclude=("river", "delta variant", "mississippi delta", "delta force", "okavango"),
    ),
    Subject(name="SkyMiles", kind=SubjectKind.PRODUCT, terms=("skymiles", "sky miles")),
    Subject(
        name="Southwest",
        kind=SubjectKind.COMPETITOR,
        terms=("southwest", "southwest airlines", "@southwestair", "SWA"),
        exclude=("south by southwest", "southwest of", "southwest corner"),
    ),
    Subject(
        name="American",
        kind=SubjectKind.COMPETITOR,
        terms=("american airlines", "@americanair", "AA"),
        exclude=("aa meeting", "aa batteries"),
    ),
)
"""Brands that are common words or abbreviations: the hard ones."""


class Line(NamedTuple):
    shape: str
    text: str
    subjects: tuple[str, ...]
    """The subjects, the target first."""


def list_subject_lines(name: str) -> Iterator[Line]:
    for shape, groups in read_lines(name).items():
        for subjects, texts in groups.items():
            expected = tuple(filter(None, subjects.split(", ")))
            yield from (Line(shape, text, expected) for text in texts)


def read_lines(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
