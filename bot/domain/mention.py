"""One thing somebody said in public, as it comes from outside and as it is kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from bot.domain.making import alike, made

TEXT_KEPT = 10_000
"""Characters of a post that are kept: more than anybody reads on a card, and a bound for every detector."""
NAME_KEPT = 300
SUBJECT_KEPT = 80
SUBJECTS_KEPT = 20
QUOTED_KEPT = 500
MOST_COUNTED = 10**10
"""More followers than there are people: a number beyond it is no count, and nobody below can reckon with it."""


def clean(value: Any) -> Any:
    """Strings that neither UTF-8 nor Redis nor Slack can carry (lone surrogates, NUL), made carriable."""
    if isinstance(value, str):
        if not value.isascii():  # two halves of a letter are joined, one alone is replaced
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return value


def _words(value: Any) -> Any:
    return str(value) if isinstance(value, int) else clean(value)


def _cut_to(most: int) -> Callable[[Any], Any]:
    """What is longer is cut, and says so: whoever sends it is not told to mend what nobody would miss."""

    def cut(value: Any) -> Any:
        value = _words(value)
        return f"{value[: most - 1]}…" if isinstance(value, str) and len(value) > most else value

    return cut


def _text(value: Any) -> Any:
    value = clean(value)
    if isinstance(value, str) and len(value) > TEXT_KEPT:
        return value[: TEXT_KEPT - 1] + "…"
    return value


def _first(value: Any) -> Any:
    return value[:SUBJECTS_KEPT] if isinstance(value, list | tuple) else value


def _moment(value: Any) -> Any:
    """A time without a zone is taken as UTC, which is what every outlet means by it."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime):
        try:
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        except OverflowError:  # pydantic would let it through, and nobody below expects it
            raise ValueError("is before the year 1 or after 9999 in UTC") from None
    return value


Words = Annotated[str, BeforeValidator(_words)]
Count = Annotated[int, Field(ge=0, le=MOST_COUNTED)]
Subject = Annotated[str, BeforeValidator(_cut_to(SUBJECT_KEPT))]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]


UNKNOWN = "unknown"
"""The id of an author of whom the outlet tells nothing; two of them are not the same person."""


class Author(BaseModel):  # noqa: PLW1641  (pydantic gives a frozen model its hash)
    """Who said it, as far as the outlet tells. Counts are the outlet's own and may be bought."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    __eq__ = alike

    id: Words = Field(min_length=1, max_length=300)
    handle: Words = Field("", max_length=300)
    name: Annotated[str, BeforeValidator(_cut_to(NAME_KEPT))] = ""
    followers: Count | None = None
    following: Count | None = None
    posts: Count | None = None
    created_at: Moment | None = None
    verified: bool = False

    @model_validator(mode="before")
    @classmethod
    def _bare_handle(cls, value: Any) -> Any:
        if isinstance(value, str):
            handle = value.removeprefix("@")
            return {"id": handle or UNKNOWN, "handle": handle}
        if not isinstance(value, dict):
            return value
        found = {key: item for key, item in value.items() if item is not None}
        if found.get("id", "") == "":
            found["id"] = found.get("handle") or UNKNOWN
        for count in ("followers", "following", "posts"):
            if isinstance(number := found.get(count), int) and number > MOST_COUNTED:
                found[count] = MOST_COUNTED
        return found


FORGOTTEN = "This post was deleted at the request of the person who wrote it."
"""Stands where the words were."""
UNKNOWN_AUTHOR = Author(id=UNKNOWN)


class Mention(BaseModel):
    """Never changes once it was heard: an edited post is another mention, with the same id.

    `id` is `<source>:<the outlet's id>`; times are UTC.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Words = Field(min_length=3, max_length=300, pattern=r"^[^\s:]+:\S+$")
    source: Words
    text: Annotated[str, BeforeValidator(_text)]
    created_at: Moment
    url: Words = Field("", max_length=3000)
    lang: Words = Field("", max_length=35)
    conversation: Words = Field("", max_length=300)
    in_reply_to: Words = Field("", max_length=300)
    subjects: Annotated[tuple[Subject, ...], BeforeValidator(_first)] = ()
    author: Author = UNKNOWN_AUTHOR
    quoted: Annotated[str, BeforeValidator(_cut_to(QUOTED_KEPT))] = ""
    """The words of the post that this one quotes: somebody else's, shown and never judged."""

    edits: int = Field(0, ge=0, le=1_000)
    """How often its author had edited it; the id stays that of the first wording."""
    edited_at: Moment | None = None

    @model_validator(mode="before")
    @classmethod
    def _identity(cls, value: Any) -> Any:
        """`id` alone names its source; a source with a native id makes an id; null means absent."""
        if not isinstance(value, dict):
            return value
        found = {key: item for key, item in value.items() if item is not None}
        native, source = found.get("id"), found.get("source")
        if isinstance(native, int) and not isinstance(native, bool):
            native = str(native)
        if isinstance(native, str):
            if isinstance(source, str) and source and not native.startswith(f"{source}:"):
                native = f"{source}:{native}"
            found["id"] = native
            found["source"] = native.partition(":")[0]
        return found

    @property
    def forgotten(self) -> bool:
        return self.text == FORGOTTEN

    @property
    def who(self) -> str:
        """The name to show: a handle with its @, else the name, else nobody."""
        if self.author.handle:
            return f"@{self.author.handle.removeprefix('@')}"
        return self.author.name or "somebody"

    @classmethod
    def kept(cls, raw: str | bytes) -> Self:
        """A mention that we wrote ourselves, read back. Raises `ValidationError` where it cannot be one."""
        read: Any = _KeptMention.model_validate_json(raw)
        return made(cls, **{**vars(read), "author": made(Author, **vars(read.author))})


def _as_written(model: type[BaseModel], **parts: type[BaseModel]) -> type[BaseModel]:
    """The same fields and types, without what mends them on their way in: read in half the time (2026-11-22)."""
    fields = model.model_fields.items()
    kinds: dict[str, Any] = {
        name: (parts.get(name, field.annotation), ... if field.is_required() else field.default)
        for name, field in fields
    }
    return create_model(f"Kept{model.__name__}", **kinds)


_KeptAuthor = _as_written(Author)
_KeptMention = _as_written(Mention, author=_KeptAuthor)
