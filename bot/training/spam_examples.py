"""Make invented spam for shapes that no public set has: titles behind a comment, lists of brands, pitches of all kinds.

The rules of making: each example draws words of `spam_vocabulary.toml` at random, with a fixed seed, and two of three
pitches get something to click, call or write to. The bodies of comments are ordinary posts.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

SEED = 7
QUALITIES = "Cheap Best Affordable Discount Designer Luxury Emergency Professional Wholesale Online".split()  # noqa: SIM905
PLACES = (
    "Leeds Sydney Boston Dallas Houston Manchester Perth Birmingham Denver Chicago Dublin Toronto Melbourne London "  # noqa: SIM905
    "Phoenix Orlando Glasgow Delhi Dubai Brooklyn".split()
)
ENDINGS = (
    *("Outlet", "Store Online", "Sale UK", "Services", "Online", "Clearance", "For Sale", "Near Me", "24 Hours"),
    *("Company", "Experts", "Reviews", "Supplier", "Shop"),
)
LEADS = ("", "", "Visit ", "More: ", "See ", "my homepage: ")
SALES = ("", "", "sale", "at outlet prices", "free shipping", "70% off", "from $29", "wholesale")
CONTACTS = (
    *(
        "https://{0}.example/x",
        "https://{0}.example",
        "www.{0}.example",
        "info@{0}.example",
        "call +1 888 555 01{1:02d}",
    ),
    *("whatsapp +44 7700 9001{1:02d}", "text your name to 0700 555 01{1:02d}", "on telegram", "DM me", "message me"),
    *("contact us", "link in bio"),
)
HOSTS = ("deals", "shop", "best", "win", "go", "top", "my")
HIDDEN, TURNED = "\u200b", "\u202e"
"""An invisible letter, and the mark that turns around those behind it."""


@cache
def load_spam_lines() -> Mapping[str, Sequence[str]]:
    """Return invented posts by hand: `spam` and `genuine`."""
    return tomllib.loads((files("bot.training") / "spam_lines.toml").read_text("utf-8"))


class SpamExamples:
    """Makes spam. The same bodies give the same examples."""

    def __init__(self, bodies: Sequence[str]) -> None:
        """`bodies`: ordinary posts that become comments with something for sale behind them."""
        vocabulary: Mapping[str, Any] = tomllib.loads(
            (files("bot.training") / "spam_vocabulary.toml").read_text("utf-8")
        )
        self._bodies = bodies
        self._words: Mapping[str, list[str]] = vocabulary["words"]
        self._offers: Sequence[list[str]] = list(vocabulary["offers"].values())
        self._pitches: Mapping[str, list[str]] = vocabulary["pitches"]
        self._random = random.Random(SEED)  # noqa: S311  (no secret)

    def make_examples(self, count: int) -> Iterator[str]:
        makers = (
            *(self._make_title, self._make_brand_list, self._make_keywords),
            *(self._make_pitch, self._make_offer, self._make_flattery, self._make_hashtags),
        )
        for number in range(count):
            post = makers[number % len(makers)]().strip()
            if number % 40 == 0:
                yield HIDDEN.join(post[:12]) + post[12:]
            else:
                yield TURNED + post if number % 40 == 20 else post

    def _choose(self, kind: str) -> str:
        return self._random.choice(self._words[kind])

    def _draw_contact(self) -> str:
        if self._random.random() < 1 / 3:
            return ""
        return " " + self._random.choice(CONTACTS).format(self._random.choice(HOSTS), self._random.randrange(100))

    def _make_title(self) -> str:
        draw = self._random
        title = [self._choose("brands"), self._choose("goods")] if draw.random() < 0.3 else [self._choose("trades")]
        title = [*([draw.choice(QUALITIES)] if draw.random() < 0.6 else []), *title]
        title += [draw.choice(ENDINGS)] if draw.random() < 0.5 else []
        title += [draw.choice(PLACES)] if draw.random() < 0.4 or len(title) < 2 else []
        words = " ".join(title)
        words = words.title() if draw.random() < 0.7 else words.lower()
        body = draw.choice(self._bodies).rstrip()
        return f"{body}{'' if body[-1] in '.!?' else '.'} {draw.choice(LEADS)}{words}"

    def _make_brand_list(self) -> str:
        draw = self._random
        items = draw.sample(self._words["brands"], draw.randint(3, 6))
        if draw.random() < 0.5:
            items = [f"{brand} {self._choose('goods')}" for brand in items]
        listed = draw.choice((", ", " ", " | ")).join(items)
        return f"{listed.title() if draw.random() < 0.6 else listed} {draw.choice(SALES)}{self._draw_contact()}"

    def _make_keywords(self) -> str:
        draw, trade = self._random, self._choose("trades")
        more = [one.lower() for one in draw.sample([*QUALITIES, *ENDINGS, *PLACES], draw.randint(3, 5))]
        return " ".join(f"{trade} {one}" if draw.random() < 0.5 else f"{one} {trade}" for one in more)

    def _make_pitch(self) -> str:
        phrases = self._pitches[self._random.choice(list(self._pitches))]
        return (
            " ".join(self._random.sample(phrases, min(len(phrases), self._random.randint(1, 3)))) + self._draw_contact()
        )

    def _make_offer(self) -> str:
        draw = self._random
        words = draw.sample(draw.choice(self._offers), draw.randint(2, 4))
        words += draw.sample(self._words["deals"], draw.randint(0, 2)) + draw.sample(
            self._words["asks"], draw.randint(0, 2)
        )
        draw.shuffle(words)
        return " ".join(words) + self._draw_contact()

    def _make_flattery(self) -> str:
        praise = self._random.choice(self._pitches["flattery"])
        return f"{praise}! {self._choose('pages')} {self._choose('praise')}{self._draw_contact()}"

    def _make_hashtags(self) -> str:
        draw = self._random
        words = draw.sample(draw.choice(self._offers), draw.randint(2, 6)) + draw.sample(self._words["deals"], 4)
        tags = [f"#{word}" for word in [*words, self._choose("trades")] if word.isalnum()]
        return " ".join(tags) + self._draw_contact()
