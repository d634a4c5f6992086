"""What some outlets tell about a post beside its text: a rating, pictures, the post it answers, how many reacted."""

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from bot.domain.immutable import FrozenModel, compare_fields
from bot.domain.mention_fields import OptionalCount, OptionalText, drop_insecure_link, replace_invalid, truncate_to

MAX_MEDIA = 8
MAX_ALT_LENGTH = 300
MAX_PARENT_LENGTH = 500
FIVE_STARS = 5
MEDIA_KINDS = {"image", "video", "audio"}
KIND_ALIASES = {"photo": "image", "picture": "image", "gif": "image", "gifv": "video", "animated_gif": "video"}


class _PostDetail(FrozenModel):
    """Null means absent, and so does an unknown key."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, value: Any) -> Any:
        return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value


DetailT = TypeVar("DetailT", bound=_PostDetail | None)


class Rating(_PostDetail):  # noqa: PLW1641  (pydantic gives a frozen model its hash)
    """How many of the outlet's stars or points the author gave. None of them means: not rated."""

    __eq__ = compare_fields

    value: float = Field(gt=0, le=1_000, allow_inf_nan=False)
    best: int = Field(FIVE_STARS, ge=1, le=1_000)

    @model_validator(mode="before")
    @classmethod
    def _expand_bare_number(cls, value: Any) -> Any:
        return {"value": value} if isinstance(value, int | float | str) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _require_value_within_best(self) -> "Rating":
        if self.value > self.best:
            raise ValueError("is greater than the best rating")
        return self

    @property
    def stars(self) -> float:
        """The rating on a scale of five."""
        return self.value * FIVE_STARS / self.best

    def describe(self) -> str:
        """Return `2 of 5 stars`, or `7 of 10`: a screen reader reads words as they are meant, unlike signs."""
        return f"{self.value:g} of {self.best}" + (" stars" if self.best == FIVE_STARS else "")


def _normalize_media_kind(value: Any) -> str:
    """Return image, video, audio or other, from the word of an outlet or a MIME type."""
    word = value.partition("/")[0].lower() if isinstance(value, str) else ""
    word = KIND_ALIASES.get(word, word)
    return word if word in MEDIA_KINDS else "other"


class Media(_PostDetail):  # noqa: PLW1641
    """A picture, video or sound. `alt` describes it in words, for those who cannot see or hear it."""

    __eq__ = compare_fields

    kind: Annotated[str, BeforeValidator(_normalize_media_kind)] = "image"
    url: Annotated[str, BeforeValidator(drop_insecure_link)] = ""
    """Its https address, or empty. We never fetch it."""
    alt: Annotated[str, BeforeValidator(truncate_to(MAX_ALT_LENGTH)), replace_invalid("")] = ""

    @model_validator(mode="before")
    @classmethod
    def _expand_bare_address(cls, value: Any) -> Any:
        return {"url": value} if isinstance(value, str) else value


class ParentPost(_PostDetail):  # noqa: PLW1641
    """The post that this one answers: shown, never assessed."""

    __eq__ = compare_fields

    id: OptionalText = ""
    author: OptionalText = ""
    text: Annotated[str, BeforeValidator(truncate_to(MAX_PARENT_LENGTH)), replace_invalid("")] = ""

    @model_validator(mode="before")
    @classmethod
    def _expand_bare_text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class Engagement(_PostDetail):  # noqa: PLW1641
    """How many reacted, when the outlet told us. None: it did not say. The counts may be bought."""

    __eq__ = compare_fields

    likes: OptionalCount = None
    replies: OptionalCount = None
    shares: OptionalCount = None
    views: OptionalCount = None


def drop_empty_detail(detail: DetailT) -> DetailT | None:
    return detail if detail is not None and any(item not in {None, ""} for item in vars(detail).values()) else None


def read_media(value: Any) -> Any:
    """Validate a list of media item by item: what is none is dropped, and so are those after the limit."""
    found = []
    for item in value[:MAX_MEDIA] if isinstance(value, list | tuple) else ():
        try:
            found.append(Media.model_validate(item))
        except ValidationError:
            continue
    return tuple(found)
