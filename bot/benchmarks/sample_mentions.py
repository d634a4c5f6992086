"""What is said while we measure: the sample day, said again and again by others and a little differently.

Distinct people, conversations and words, so that each of them opens a case of its own or is tallied on its own, and
always in the same order, so that two runs hear the same.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path

from bot.domain.mention import Author, Mention
from bot.sources.mention_parser import InvalidLine, read_mentions

ASIDES = (
    "(NW {n}, row {k})",
    "Flight {n}, seat {k}C.",
    "that was NW {n}, gate {k}",
    "it is {k} past now, flight {n}",
    "Booking {n}-{k}",
    "NW {n} to Porto, gate {k}",
    "from gate {k}, flight {n}",
    "#NW{n} #row{k}",
)
"""Details of the kind that people add and that say nothing of how they feel."""


class EmptySampleError(Exception):
    """The file given holds no mentions, or a line that is none."""


class SampleMentions:
    def __init__(self, mentions: Sequence[Mention]) -> None:
        self._mentions = mentions

    @classmethod
    def read(cls, path: Path | None) -> "SampleMentions":
        """From a file of mentions, or from the sample day where none is given. Raises `EmptySampleError`."""
        path = path or Path(str(resources.files("bot.demo"))) / "day.jsonl"
        try:
            found = list(read_mentions(path))
        except OSError as no:
            raise EmptySampleError(f"{path} cannot be read: {no.strerror}.") from None
        if bad := [one for one in found if isinstance(one, InvalidLine)]:
            raise EmptySampleError(f"{path}, {bad[0]}.")
        if not found:
            raise EmptySampleError(f"{path} holds no mentions.")
        return cls([one for one in found if isinstance(one, Mention)])

    def list_texts(self) -> list[str]:
        return [mention.text for mention in self._mentions]

    def generate_mentions(self, count: int, at: datetime, first: int = 0) -> list[Mention]:
        """So many, said now, from the `first` on; the same number is always the same mention but for its time."""
        return [self._generate_mention(number, at) for number in range(first, first + count)]

    def _generate_mention(self, number: int, at: datetime) -> Mention:
        said = self._mentions[number % len(self._mentions)]
        source = said.source
        handle = f"{said.author.handle or 'someone'}_{number}"
        author = said.author.model_dump(exclude={"id", "handle"}) | {"id": f"bench-{number}", "handle": handle}
        return Mention(
            id=f"{source}:bench-{number}",
            source=source,
            text=f"{said.text} {_generate_detail(number)}",
            created_at=at,
            url=said.url,
            lang=said.lang,
            conversation=f"{source}:bench-{number}",
            author=Author.model_validate(author),
        )


def _generate_detail(number: int) -> str:
    """No two are alike, so that nothing is taken for a copy of another: the day has its retweets and its headlines."""
    return ASIDES[number % len(ASIDES)].format(n=100 + number, k=1 + number * 7 % 40)
