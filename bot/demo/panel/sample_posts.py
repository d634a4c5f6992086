"""Sample posts that the panel publishes: a single one, a crisis, or a storm about a topic."""

import itertools
from collections.abc import Iterator
from datetime import datetime

from bot.domain.mention import Mention

OUTLETS = ("x", "forum", "reviews", "news")
OPENINGS = (
    "{brand} what is going on with {about}?",
    "Still no answer about {about}, {brand}.",
    "{brand} {about}, again. This is awful.",
    "Stuck because of {about}. Thanks for nothing, {brand}.",
    "Anybody else with {about} at {brand}? Terrible.",
    "{brand} I am still waiting because of {about}.",
    "So angry about {about}. {brand} never again.",
    "My day is ruined by {about}, {brand}.",
)
ENDINGS = (
    "Gate {n} is full of people.",
    "That's {n} minutes now.",
    "Booking NW{n}, please look at it!",
    "On hold for {n} minutes.",
    "My daughter has been crying for {n} minutes.",
    "I want my {n} euros back.",
    "Row {n} and no word from anybody.",
)
NAMES = ("marta", "joao", "kofi", "tess", "rui", "lena", "amir", "sofia", "nils", "aya", "pedro", "ines")
_numbers = itertools.count(1)


def sample_mention(text: str, author: str, followers: int, outlet: str, at: datetime) -> Mention:
    number = next(_numbers)
    handle = author.strip().removeprefix("@") or "somebody"
    return Mention.model_validate(
        {
            "id": f"{outlet}:page{number}",
            "source": outlet,
            "text": text,
            "created_at": at,
            "url": f"https://{outlet}.example/{number}",
            "conversation": f"page{number}",
            "author": {"id": handle, "handle": handle, "followers": followers},
        }
    )


def sample_crisis(brand: str, at: datetime) -> Mention:
    """Return a crisis, each time about another flight, since equal texts would join one case."""
    flight, rest = f"NW{next(_numbers) + 200}", "people are injured and we are evacuated onto the runway."
    text = f"{brand} smoke in the cabin of {flight}, {rest} Who is in charge?"
    return sample_mention(text, "night_traveller", 5_200, OUTLETS[0], at)


def sample_storm(posts: int, about: str, brand: str, at: datetime) -> Iterator[Mention]:
    """Yield posts by different authors in different words, with only the topic in common."""
    for index in range(posts):
        opening, ending = OPENINGS[index % len(OPENINGS)], ENDINGS[(index // len(OPENINGS)) % len(ENDINGS)]
        text = f"{opening.format(brand=brand, about=about)} {ending.format(n=index + 7)}"
        yield sample_mention(text, f"{NAMES[index % len(NAMES)]}{index + 1}", 40 + index * 13 % 900, "x", at)
