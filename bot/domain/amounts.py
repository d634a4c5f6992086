"""Amounts, typed into a form or in a text: `€50`, `1,200.50 EUR`, `20.000 miles`, `zweihundertfünfzig Euro`."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple


class Amount(NamedTuple):
    """`50 EUR`, `20,000 miles`. In hundredths of the unit."""

    hundredths: int
    unit: str

    @property
    def number(self) -> str:
        whole, part = divmod(self.hundredths, 100)
        return f"{whole:,}{f'.{part:02}' if part else ''}"

    def __str__(self) -> str:
        return f"{self.number} {self.unit}"


_UNITS = {
    "EUR": "€ euro euros",
    "USD": "$ dollar dollars dollari dolar dolares bucks",
    "GBP": "£ pound pounds pfund livres libras sterline pond quid",
    "CHF": "franken francs franchi",
    "BRL": "reais",
    "miles": "meilen millas milhas miglia mijlen",
}
_SYMBOLS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
CURRENCIES = frozenset({"EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "BRL", "INR", "JPY", "AUD", "CAD"})
_DIGITS = re.compile(
    r"([€$£]|\b[A-Z]{3}\b)?\s?(\d{1,3}(?:[ \u00a0\u202f’']\d{3})+(?:[.,]\d\d?)?|\d[\d.,]*)"
    r"\s?([kK]\b)?(?:-?\s?([€$£]|[^\W\d_]+))?"
)
_TYPED = re.compile(
    r"(?P<before>[€$£]|[^\W\d_]+)?\s?"
    r"(?P<number>(?:\d{1,3}(?P<mark>[ .,'’])\d{3}(?:(?P=mark)\d{3})*|\d{1,9})(?:(?!(?P=mark))[.,](?:\d\d?|[-–]{1,2}))?)"
    r"\s?(?P<after>[^\s\d.,'’–-].*)?"
)
"""A number with its unit before or behind it, or both, or none."""
_NUMBERS = {
    0: "and und et y e en of de",
    1: "a one ein eine eins un une uno una um uma een",
    2: "two zwei deux dos dois duas due twee",
    3: "three drei trois tres tre drie",
    4: "four vier quatre cuatro quatro quattro",
    5: "five funf cinq cinco cinque vijf",
    6: "six sechs sech seis sei zes",
    7: "seven sieben sieb sept siete sete sette zeven",
    8: "eight acht huit ocho oito otto",
    9: "nine neun neuf nueve nove negen",
    10: "ten teen zehn dix diez dez dieci tien",
    11: "eleven elf onze once undici",
    12: "twelve zwolf douze doce doze dodici twaalf",
    13: "thirteen treize trece treze tredici dertien",
    14: "fourteen quatorze catorce catorze quattordici veertien",
    15: "fifteen quinze quince quindici",
    16: "sixteen seize sedici",
    17: "dezassete dezessete diciassette",
    18: "eighteen dezoito diciotto",
    19: "dezanove dezenove diciannove",
    20: "twenty zwanzig vingt vingts veinte veinti vinte venti twintig",
    30: "thirty dreissig trente treinta trinta trenta dertig",
    40: "forty vierzig quarante cuarenta quarenta quaranta veertig",
    50: "fifty funfzig cinquante cincuenta cinquenta cinquanta vijftig",
    60: "sixty sechzig soixante sesenta sessenta sessanta zestig",
    70: "seventy siebzig septante setenta settanta zeventig",
    80: "eighty achtzig huitante ochenta oitenta ottanta tachtig",
    90: "ninety neunzig nonante noventa novanta negentig",
    100: "hundred hundreds hundert cent cents cien ciento cientos cem cento centos honderd",
    200: "doscientos duzentos",
    300: "trescientos trezentos",
    500: "quinientos quinhentos",
    700: "setecientos",
    900: "novecientos",
    1000: "thousand thousands tausend mille mil mila duizend",
}
_VALUES = {word: value for value, words in _NUMBERS.items() for word in words.split()}
_PART = re.compile("|".join(sorted(_VALUES, key=len, reverse=True)))
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER_WORDS = 8
"""At most, before their unit."""


def parse_amount(words: str, unit: str = "") -> Amount:
    """Parse `50 EUR`; with a `unit` also `50` or `49.90`. Raises ValueError with a sentence."""
    found = _TYPED.fullmatch(" ".join(words.split()))
    names = [_name_unit(one) for one in (found["before"], found["after"]) if one] if found else []
    named = unit or next(reversed(names), "")
    others = [one for one in names if one.casefold() != _name_unit(named).casefold()]
    is_clear = len({one.casefold() for one in names}) < 2 and all(map(str.isalpha, others))
    is_odd = found is not None and found["before"] and names[0] not in CURRENCIES  # about 50
    if found is None or not named or is_odd or not is_clear:
        raise ValueError(f"is not an amount. Write it like 50 {unit or 'EUR'} or 49.90 {unit or 'EUR'}")
    if others:
        raise ValueError(f"is in another unit. Write it in {unit}")
    return Amount(_read_hundredths(found["number"]), named)


def _name_unit(word: str) -> str:
    """Return the code of a currency, or the word itself."""
    code = _SYMBOLS.get(_fold(word), word.upper())
    return code if code in CURRENCIES else word


def _read_hundredths(number: str) -> int:
    """Read a number of which the last mark, with one or two digits behind it, is that of the decimals."""
    whole, _, part = re.sub(r"[.,](?=(\d\d?)$)", ";", number.rstrip(".,-–")).partition(";")
    return int(re.sub(r"\D", "", whole) or 0) * 100 + int(part.ljust(2, "0"))


def iter_amounts(text: str, units: Collection[str]) -> Iterator[Amount]:
    """Yield the amounts in one of these units, which are written in small letters, or in a currency."""
    known = {one.casefold() for one in CURRENCIES} | set(units)
    yield from _iter_digits(text, known)
    yield from _iter_words(text, known)


def _find_unit(word: str, known: Collection[str]) -> str:
    unit = _SYMBOLS.get(_fold(word), word)
    return unit if unit.casefold() in known else ""


def _iter_digits(text: str, known: Collection[str]) -> Iterator[Amount]:
    for before, number, thousands, after in _DIGITS.findall(text):
        names = (_find_unit(one, known) for one in (before, after) if one)
        if unit := next(filter(None, names), ""):
            yield Amount(_read_hundredths(number) * (1000 if thousands else 1), unit)


def _iter_words(text: str, known: Collection[str]) -> Iterator[Amount]:
    words = _WORD.findall(text)
    for place, word in enumerate(words):
        if place and len(word) > 1 and (unit := _find_unit(word, known)):
            values = list[int]()
            for one in reversed(words[max(0, place - _NUMBER_WORDS) : place]):
                if (parts := _split_number(one)) is None:
                    break
                values = parts + values
            if number := _add_up(values):
                yield Amount(number * 100, unit)


def _split_number(word: str) -> list[int] | None:
    """Return the numbers of which a word is made: `zweihundertfünfzig` is 2, 100, 50. None for any other word."""
    folded, values = _fold(word), list[int]()
    while folded:
        part = _PART.match(folded)
        if part is None:
            return None
        values.append(_VALUES[part[0]])
        folded = folded[part.end() :]
    return values


def _add_up(values: list[int]) -> int:
    total = group = 0
    is_article = values[:1] == [1] and len(values) > 1 and 1 < values[1] < 100  # a twenty euro voucher
    for value in values[is_article:]:
        if value == 1000:
            total, group = total + max(group, 1) * 1000, 0
        elif value == 100 or (value == 20 and group == 4):  # quatre-vingts
            group = max(group, 1) * value
        else:
            group += value
    return total + group


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one))
