"""Sample mentions: the sample day, repeated by other people with small changes.

People, conversations and words are distinct, so that each mention opens a case or is counted by itself. The order is
always the same, so that two runs read the same.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path

from bot.domain.mention import Author, Mention
from bot.sources.mention_parser import InvalidLine, read_mentions

DETAILS = (
    "(NW {n}, row {k})",
    "Flight {n}, seat {k}C.",
    "that was NW {n}, gate {k}",
    "it is {k} past now, flight {n}",
    "Booking {n}-{k}",
    "NW {n} to Porto, gate {k}",
    "from gate {k}, flight {n}",
    "#NW{n} #row{k}",
)
"""Details that people add and that say nothing of their mood."""


class EmptySampleError(Exception):
    """The file has no mentions, or an invalid line."""


class SampleMentions:
    def __init__(self, mentions: Sequence[Mention]) -> None:
        self._mentions = mentions

    @classmethod
    def read(cls, path: Path | None) -> "SampleMentions":
        """Read a file of mentions, by default the sample day. Raise `EmptySampleError`."""
        path = path or Path(str(resources.files("bot.demo"))) / "day.jsonl"
        try:
            found = list(read_mentions(path))
        except OSError as error:
            raise EmptySampleError(f"{path} cannot be read: {error.strerror}.") from None
        if invalid := [one for one in found if isinstance(one, InvalidLine)]:
            raise EmptySampleError(f"{path}, {invalid[0]}.")
        if not found:
            raise EmptySampleError(f"{path} holds no mentions.")
        return cls([one for one in found if isinstance(one, Mention)])

    @property
    def mentions(self) -> Sequence[Mention]:
        """The mentions of the file, as they are."""
        return self._mentions

    def list_texts(self) -> list[str]:
        return [mention.text for mention in self._mentions]

    def generate_mentions(self, count: int, at: datetime, first: int = 0) -> list[Mention]:
        """Generate mentions of this moment; the same number gives the same mention but for its time."""
        return [self._generate_mention(number, at) for number in range(first, first + count)]

    def _generate_mention(self, number: int, at: datetime) -> Mention:
        sample = self._mentions[number % len(self._mentions)]
        source = sample.source
        handle = f"{sample.author.handle or 'someone'}_{number}"
        author = sample.author.model_dump(exclude={"id", "handle"}) | {"id": f"bench-{number}", "handle": handle}
        return Mention(
            id=f"{source}:bench-{number}",
            source=source,
            text=f"{sample.text} {_generate_detail(number)}",
            created_at=at,
            url=sample.url,
            lang=sample.lang,
            conversation=f"{source}:bench-{number}",
            author=Author.model_validate(author),
        )


def _generate_detail(number: int) -> str:
    """Return a detail that occurs once, so that no mention is a copy: the day has reposts and headlines."""
    return DETAILS[number % len(DETAILS)].format(n=100 + number, k=1 + number * 7 % 40)
