"""TextBlob's pattern engine, fed with our own words.

`TextBlob(text).sentiment` spends most of its time cutting the text into words, which is done already, and in looking
words up that it looked up in the post before. So its loop is repeated here over words that are remembered (0.36 ms a
post against 0.02 ms, 2026-11-22). A test holds it equal to its own `assessments`; what is left of a difference to
TextBlob comes from where the two cut, and another test holds it small.
"""

from collections.abc import Iterable
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from bot.detectors.lexicons.memory import Memory

NEGATIONS = ("no", "not", "n't", "never")
MODIFIERS = ("RB",)
NAME = "textblob._text"


class Polarity(NamedTuple):
    polarity: float
    subjectivity: float
    words: tuple[tuple[str, float], ...]


NOTHING = Polarity(0.0, 0.0, ())


class Piece(NamedTuple):
    """A word as pattern cuts it, and what there is to know of it wherever it stands."""

    plain: bool
    """Says nothing, and turns nothing."""
    word: str
    known: tuple[float, float, float] | None
    """Polarity, subjectivity, and the factor of what it modifies."""
    modifies: bool
    negates: bool
    mood: float | None
    """The polarity of an emoticon."""


class _Said:
    """A known word, with what stands before it and turns it."""

    __slots__ = ("denied", "factor", "polarity", "subjectivity", "words")

    def __init__(self, word: str, polarity: float, subjectivity: float, factor: float) -> None:
        self.words = [word]
        self.polarity = polarity
        self.subjectivity = subjectivity
        self.factor = factor
        self.denied = False

    def modifying(self, word: str, polarity: float, subjectivity: float, factor: float) -> None:
        """What was said so far turns out to modify this word: "really", then "good"."""
        self.words.append(word)
        self.polarity = max(-1.0, min(polarity * self.factor, 1.0))
        self.subjectivity = max(-1.0, min(subjectivity * self.factor, 1.0))
        self.factor = factor

    def after(self, negation: str) -> None:
        self.words.insert(0, negation)
        self.factor = 1.0 / self.factor
        self.denied = True

    def louder(self) -> None:
        self.words.append("!")
        self.polarity = max(-1.0, min(self.polarity * 1.25, 1.0))

    @property
    def meant(self) -> float:
        """What is "not good" is slightly bad, "not bad" slightly good."""
        return self.polarity * -0.5 if self.denied else self.polarity


class Pattern:
    def __init__(self) -> None:
        self.engine, module = _loaded()
        self.moods = _moods(module)
        self._pieces = Memory(self._cut_and_known)

    def __call__(self, words: Iterable[str]) -> Polarity:
        found = heard(chain.from_iterable(map(self._pieces.__getitem__, words)))
        if not found:
            return NOTHING
        share = 1.0 / len(found)
        meant = [said.meant for said in found]
        return Polarity(
            sum(meant) * share,
            sum([said.subjectivity for said in found]) * share,
            tuple([(" ".join(said.words), polarity) for said, polarity in zip(found, meant, strict=True) if polarity]),
        )

    def _cut_and_known(self, word: str) -> tuple[Piece, ...]:
        return tuple(map(self._piece, cut(word)))

    def _piece(self, word: str) -> Piece:
        senses = dict.get(self.engine, word)
        known = tuple(senses[None]) if senses else None
        modifies = senses is not None and any(map(senses.__contains__, MODIFIERS))
        negates, mood = word in NEGATIONS, None if senses or word.isalpha() else self.moods.get(word)
        plain = not senses and not negates and mood is None and word != "!"
        return Piece(plain, word, known, modifies, negates, mood)


def heard(pieces: Iterable[Piece]) -> list[_Said]:  # noqa: C901, PLR0912  (as the original)
    """`Sentiment.assessments`, step by step: negation is kept across small words, a modifier across smaller ones."""
    found: list[_Said] = []
    modifier = negation = ""
    for plain, word, known, modifies, negates, mood in pieces:
        if plain and not modifier and not negation:
            continue
        if known is not None:
            if modifier:
                found[-1].modifying(word, *known)
            else:
                found.append(_Said(word, *known))
            if negation:
                found[-1].after(negation)
            modifier = word if modifies else ""
            negation = word if negates else ""
            continue
        if negates:
            negation = word
        elif negation and len(word.strip("'")) > 1:
            negation = ""
        if modifier:
            if negation and modifier.endswith("ly"):
                found[-1].words.append(negation)
                found[-1].denied = True
                negation = ""
            elif len(word) > 2:
                modifier = ""
        if word == "!" and found:
            found[-1].louder()
        if mood is not None:
            found.append(_Said(word, mood, 1.0, 1.0))
    return found


def cut(word: str) -> Iterable[str]:  # noqa: PLR0911  (one for each kind of word)
    """Where pattern cuts otherwise than we do: hashtags are words to it, and "can't" is two."""
    if word.isalpha():
        return (word,)
    if word[0] == "#":
        return (word[1:] or "#",)
    if word.endswith("n't"):
        return word[:-3], "n't"
    if word[0].isdigit():
        return ("number",)
    if word[0] == "!":
        return "!" * min(3, len(word))
    if "'" in word:
        return word.replace("'", " ' ").split()
    return (word,)


def _loaded() -> tuple[Any, Any]:
    """The engine with TextBlob's English lexicon, and its module.

    Loaded without the package around it, which imports all of nltk: 0.3 to 0.9 s and 35 MB (2026-11-22).
    """
    package = find_spec("textblob")
    assert package is not None
    assert package.submodule_search_locations is not None
    folder = Path(package.submodule_search_locations[0])
    spec = spec_from_file_location(NAME, folder / "_text.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    engine: Any = module.Sentiment(
        path=str(folder / "en" / "en-sentiment.xml"), synset="wordnet_id", negations=NEGATIONS, modifiers=MODIFIERS
    )
    engine.load()
    _add_adverbs(engine)
    return engine, module


def _moods(module: Any) -> dict[str, float]:
    """The polarity of each emoticon; the first mood that has it counts."""
    found: dict[str, float] = {}
    for (_, polarity), emoticons in module.EMOTICONS.items():
        for emoticon in map(str.lower, emoticons):
            if len(emoticon) <= 5 and emoticon not in module.PUNCTUATION:
                found.setdefault(emoticon, float(polarity))
    return found


def _add_adverbs(engine: Any) -> None:
    """From "terrible" to "terribly", as `textblob.en` does it."""
    for word, senses in list(dict.items(engine)):
        if "JJ" in senses:
            stem = f"{word[:-1]}i" if word.endswith("y") else word
            engine.annotate(f"{stem.removesuffix('le')}ly", "RB", *senses["JJ"])
