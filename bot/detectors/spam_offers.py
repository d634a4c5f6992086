"""Offers to nobody in particular, told by what they are made of, whatever is offered."""

from collections.abc import Iterable, Mapping

from bot.detectors.text.lexicon_files import load_lexicon


class OfferLexicon:
    def __init__(self) -> None:
        kinds = load_lexicon("offers")
        self._worth = {kind: (table["first"], table["more"]) for kind, table in kinds.items()}
        self._kinds: dict[str, list[str]] = {}
        for kind, table in kinds.items():
            for word in table["words"]:
                self._kinds.setdefault(word, []).append(kind)

    def count_offer_words(self, words: Iterable[str]) -> dict[str, int]:
        """Of each kind, how many different words of it are among these, of which each is of some kind."""
        counts: dict[str, int] = {}
        for word in dict.fromkeys(words):
            for kind in self._kinds[word]:
                counts[kind] = counts.get(kind, 0) + 1
        return counts

    def score_offers(self, counts: Mapping[str, int]) -> tuple[float, str]:
        """The points, and the kind that weighs most."""
        if not counts:
            return 0.0, ""
        points = {kind: self._worth[kind][0] + self._worth[kind][1] * (n > 1) for kind, n in counts.items()}
        return sum(points.values()), max(points, key=lambda kind: points[kind])
