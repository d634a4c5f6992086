"""Hostile texts: slow on purpose, or impossible to type: empty, endless, hidden, half a letter."""

from collections.abc import Mapping
from types import MappingProxyType

HOSTILE: Mapping[str, str] = MappingProxyType(
    {
        "nothing": "",
        "blanks": " \n\t ",
        "a link": "https://a.example",
        "emoji": "😀😡👍🏽👨‍👩‍👧",
        "fifty kilobytes": "lost my bag " * 4_200,
        "a million letters": "a" * 1_000_000,
        "many brackets": "(" * 10_000,
        "many apostrophes": "'" * 10_000,
        "many hyphens": "a-" * 10_000,
        "many negations": "not " * 10_000,
        "many handles": "@northwindair " * 1_000,
        "many near misses": "nortwind ai " * 1_000,
        "many hashtags": "#" * 5_000,
        "mixed scripts": "мой bag 行李 مفقود lost",
        "hidden letters": "l\u200bo\u200bs\u200bt my b\u00adag",
        "letters of two scripts in each word": "Y\u043eur s\u0435rvi\u0441\u0435 is t\u0435rribl\u0435",
        "a heap of signs": "# ' $ " * 1_000,
        "laughter without end": "ha" * 500_000,
        "a face that is called sad": ":( " * 2_000,
        "words that harm, without end": "ambulance baby broke hospital " * 400,
        "half a letter": "lost \ud83d bag",
        "nul": "lost\x00bag",
        "right to left": "\u202elost my bag\u202c",
        "combining marks": "e" + "\u0301" * 5_000,
        "one letter that becomes many": "\ufdfa" * 1_500,
        "entities": "&amp;" * 3_000,
        "no dot in sight": "http://" + "x" * 5_000,
        "thousands of tags": "#x " * 2_000,
        "thousands of handles": "@x " * 2_000,
        "a number without end": "1" * 5_000,
        "numbers like those of telephones": "+1 (202) " * 800,
        "an address without end": "a." * 700 + "@" + "b-" * 400 + ".c",
        "names in figures": "n0r" * 2_000,
        "titles": "Best Shoes " * 800,
        "brackets in brackets": "([{<" * 1_500,
        "two scripts in a word": "a\u0430" * 4_000,
        "flags": "\U0001f1f5\U0001f1f9" * 700,
        "a tag that nearly names": "#" + "northwin" * 600,
        "a handle that nearly names": "@" + "northwin" * 600,
        "two names again and again": "@northwindair than @flyskylark " * 300,
    }
)
"""By what is hostile about each."""
