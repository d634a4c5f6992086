"""spam: by the structure of a post rather than by its words; a genuine complaint must not look like it.

A pitch in words needs something to click, call or pay beside it, and what a customer writes ("my", "waiting") counts
against it. Nothing is dropped: what is spam says its shape, is counted, and can be brought back.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.detectors.base import Hearing
from bot.detectors.lexicons.book import FLATTERY, PITCHES
from bot.detectors.lexicons.hooks import Hooks, hooks_in
from bot.detectors.lexicons.offers import Offers
from bot.detectors.lexicons.phrases import Hit, likelihood
from bot.detectors.lexicons.signs import Post, Signs
from bot.detectors.lexicons.tables import Table
from bot.detectors.lexicons.titles import TAIL_LEAST, last_title
from bot.detectors.lexicons.traits import (
    COMMERCE,
    FIRST_PERSON,
    HANDLE,
    HASHTAG,
    OFFERED,
    SAID,
    STORY,
    WARES,
    flatters,
)
from bot.domain.assessment import Signal
from bot.domain.subject import Subject

CUT_OFF = 0.5
# Log-odds, set by hand (2026-11-22) on half of tests/detectors/lines/spam.toml and on ordinary posts.
BASE = -2.6
FEW_BRANDS, MANY_HASHTAGS, MANY_LINKS, MANY_HANDLES = 3, 8, 3, 6
OFFER_LEAST, OFFER_USUAL, ALSO = 2.0, 1.5, 0.4
PITCH_MOST = 5.0
HOOK, MONEY = 1.2, 0.6
IN_FIRST_PERSON, TELLS_A_STORY, ASKS = -0.8, -1.4, -0.5
"""What speaks against spam; not where a title ends it, as such pages tell stories first."""
SIGNED = -2.4
"""Who answers for a company signs: ^AB."""
DOUBTFUL_VOICE, DOUBTFUL_LINK, VERY_DOUBTFUL, COPIED = 1.0, 0.9, 0.62, 0.8
FEWEST_COPIES = 3
NOT_BY_COPIES = -0.05
"""At most, where the same words from several accounts would make the difference."""
SIGNS_SAID = 4
LETTER = 100
"""Words from which on small signs are not summed: their weights are from lines of 25, and a letter has some of all."""
HIDING = 4
"""Invisible letters from which on somebody hides words; one or two come with emoji and with copying."""
TURNED = "\u202e"
"""Makes what follows read from the right, so that a name of a file looks like another."""


class _Shape(NamedTuple):
    name: str
    points: float
    lies: bool = False
    """So that the story told beside it is not believed."""


class Spam:
    name = "spam"

    def __init__(self, subjects: Sequence[Subject] = ()) -> None:
        self._companies = frozenset(
            name.lstrip("@").lower()
            for subject in subjects
            for name in (*subject.handles, *(term for term in subject.terms if term[0] == "@"))
        )
        self._words = Table(PITCHES).words
        self._offers = Offers()
        self._signs = Signs(self._words["brands"])

    def detect(self, batch: Sequence[Hearing]) -> None:
        for hearing in batch:
            author = hearing.mention.author.handle
            if (
                author and author.removeprefix("@").lower() in self._companies
            ):  # a company that we listen for sells, and that is no spam
                continue
            offers = self._offers.counted(hearing.known.having(OFFERED))
            shapes, hooks = self._shapes(hearing, offers)
            points, why = self._by_shapes(hearing, shapes) if shapes else (BASE, [])
            more, signs = self._by_signs(hearing, offers, hooks)
            if more > points:
                points, why = more, signs
            if hearing.background.copies >= FEWEST_COPIES and (hooks or hooks_in(hearing.text, hearing.known)).contact:
                points, why = _with_copies(hearing, points, why)
            if not why:
                continue
            confidence = likelihood(points)
            holds = confidence >= CUT_OFF
            because = f"spam: {', '.join(dict.fromkeys(why))}" if holds else ""
            hearing.add(Signal(self.name, "intent:spam", confidence, because, holds))

    def _by_shapes(self, hearing: Hearing, shapes: Sequence[_Shape]) -> tuple[float, list[str]]:
        points = BASE + sum([shape.points for shape in shapes])
        if not any(shape.lies for shape in shapes):
            points += _genuine(hearing)
        return points + (SIGNED if _signed(hearing.words) else 0.0), [shape.name for shape in shapes]

    def _by_signs(self, hearing: Hearing, offers: Mapping[str, int], hooks: Hooks | None) -> tuple[float, list[str]]:
        """`hooks`: where they have been looked for."""
        if len(hearing.words) >= LETTER:
            return BASE, []
        heard = self._signs.heard(hearing.verdict.chances, hearing.verdict.odds)
        if not self._signs.promising(hearing.known, offers, heard):
            return BASE, []
        hooks = hooks or hooks_in(hearing.text, hearing.known)
        points, signs = self._signs.weighed(Post(hearing.tokens, hearing.known, hooks, offers, heard))
        voice = [*_voice(hearing, hooks, pitched=bool(signs))]
        points += sum([shape.points for shape in voice]) + (SIGNED if _signed(hearing.words) else 0.0)
        return points, [*signs[:SIGNS_SAID], *[shape.name for shape in voice]]

    def _shapes(self, hearing: Hearing, offers: Mapping[str, int]) -> tuple[list[_Shape], Hooks | None]:
        hooks = None
        hits = hearing.known.phrases.get(PITCHES, ())
        found = _structure(hearing)
        if hearing.has & WARES:
            found += self._listed(hearing)
        if hearing.has & COMMERCE:
            found += self._tail(hearing)
        offered, what = self._offers.weighed(offers)
        if hits or found or hearing.links or offered > OFFER_LEAST:
            hooks = hooks_in(hearing.text, hearing.known)
            pitch = [*_pitch(hits, hooks)]
            offer = offered + hooks.worth - OFFER_USUAL
            found += _stronger(pitch, _Shape(what, offer)) if what and offer > 0.0 else pitch
            found += _flattery(hearing, hits, hooks)
            found += _voice(hearing, hooks, pitched=bool(found))
        return found, hooks

    def _listed(self, hearing: Hearing) -> Iterator[_Shape]:
        words = hearing.words
        brands = len(self._words["brands"].intersection(words))
        goods = len(self._words["goods"].intersection(words))
        if brands >= FEW_BRANDS or (goods >= FEW_BRANDS and brands):
            yield _Shape("a list of brands", 2.8 + (1.6 if hearing.links else 0.0))
        elif brands > 1 and brands + goods >= FEW_BRANDS:
            yield _Shape("a list of brands", 1.6)

    def _tail(self, hearing: Hearing) -> Iterator[_Shape]:
        """A title at the end that no sentence needs: `…, as she said. Emergency Plumber Leeds 24 Hours`."""
        tail = last_title(hearing.tokens)
        wares = self._words["commerce"].intersection([word.lower() for word in tail])
        if wares and "Customer" not in tail:
            yield _Shape(f"ends in '{' '.join(tail)}'", 3.4 if len(tail) > TAIL_LEAST else 2.8, lies=True)


def _signed(words: Sequence[str]) -> bool:
    return words[-2:-1] == ["^"] and len(words[-1]) <= 3


def _genuine(hearing: Hearing) -> float:
    points = IN_FIRST_PERSON if hearing.has & FIRST_PERSON else 0.0
    points += TELLS_A_STORY if hearing.has & STORY else 0.0
    return points + ASKS if hearing.words[-1:] == ["?"] else points


def _flattery(hearing: Hearing, hits: Sequence[Hit], hooks: Hooks) -> Iterator[_Shape]:
    said = sum([hit.family == FLATTERY for hit in hits]) + flatters(hearing.has)
    if said and hooks.contact:
        yield _Shape("flattery and a link", 2.8 + 1.0 * (said - 1))
    elif said > 1:
        yield _Shape("flattery of a page", 1.4 * said)


def _pitch(hits: Sequence[Hit], hooks: Hooks) -> Iterator[_Shape]:
    worth: dict[str, float] = {}
    for hit in hits:
        if hit.family != FLATTERY:
            worth[hit.family] = worth.get(hit.family, 0.0) + hit.weight
    if not worth:
        return
    whole = sum(worth.values())
    for family, points in worth.items():
        yield _Shape(family, points * min(1.0, PITCH_MOST / whole))
    if hooks.contact:
        yield _Shape("something to click or call", HOOK)
    elif hooks.named or hooks.money:
        yield _Shape("somebody to pay or write to", MONEY)


def _stronger(pitch: Sequence[_Shape], offer: _Shape) -> list[_Shape]:
    """Both tell of the same words, so that the weaker counts for little."""
    pitched = sum(shape.points for shape in pitch)
    if offer.points > pitched:
        return [offer._replace(points=offer.points + ALSO * pitched)]
    return [*pitch, offer._replace(points=ALSO * offer.points)]


def _voice(hearing: Hearing, hooks: Hooks, *, pitched: bool) -> Iterator[_Shape]:
    if hearing.held("voice:doubtful") and (pitched or hooks.contact):
        points = DOUBTFUL_VOICE + DOUBTFUL_LINK * hooks.contact
        very = hooks.contact and hearing.confidence("voice:doubtful") >= VERY_DOUBTFUL
        yield _Shape("a doubtful voice", points + DOUBTFUL_LINK * very, lies=very)


def _with_copies(hearing: Hearing, points: float, why: list[str]) -> tuple[float, list[str]]:
    """Outlets carry one headline, too: the same words make spam only of what is pitched anyway, or of what accounts
    say that look made for it.
    """
    said = [*why, f"the same words from {hearing.background.copies} accounts"]
    if points >= 0 or hearing.held("voice:doubtful"):
        return points + COPIED, said
    return min(points + COPIED, NOT_BY_COPIES), said


def _structure(hearing: Hearing) -> list[_Shape]:
    links = len(hearing.links)
    found = [*_around_links(hearing)] if links else []
    if hearing.has & HASHTAG:
        found += _hashtags(hearing)
    if hearing.hidden >= HIDING:
        found.append(_Shape("hidden letters", 1.4 + (1.6 if links else 0.0), lies=True))
    if TURNED in hearing.mention.text:
        found.append(_Shape("letters turned around", 2.0))
    return found


def _hashtags(hearing: Hearing) -> Iterator[_Shape]:
    hashtags = [word for word in hearing.known.having(HASHTAG) if len(word) > 1]
    if len(hashtags) >= MANY_HASHTAGS:
        points = 0.35 * (len(hashtags) - MANY_HASHTAGS + 2) + (0.8 if hearing.links else 0.0)
        yield _Shape("a pile of hashtags", points)
    if len(hashtags) - len(set(hashtags)) >= FEW_BRANDS:
        yield _Shape("the same hashtag again and again", 2.8)


def _around_links(hearing: Hearing) -> Iterator[_Shape]:
    links, count = len(hearing.links), hearing.known.count
    if links >= MANY_LINKS:
        yield _Shape("many links", 1.2 + 0.6 * (links - MANY_LINKS))
    handles, hashtags, said = count(HANDLE), count(HASHTAG), count(SAID) - links
    if handles >= MANY_HANDLES:
        yield _Shape("a crowd of handles and a link", 3.4 if said <= handles else 1.2)
    elif not said and not handles and not hashtags:
        yield _Shape("nothing but a link", 3.6)
    elif not said and (hashtags >= FEW_BRANDS or handles >= FEW_BRANDS + 1):
        yield _Shape("links without words", 3.0)
