"""Models of X's posts and users, with old and new names: X renames tweets to posts, one endpoint at a time (2026)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

USER_FIELDS = "created_at,name,public_metrics,username,verified"


@dataclass(frozen=True, slots=True)
class FieldsForm:
    """The query parameters that ask for the fields of a post."""

    parameters: Mapping[str, str]


POST_FIELDS = FieldsForm(
    {
        # No fields for author, references and earlier versions: X sends their ids with the expansions.
        "expansions": "author_id,edit_history_post_ids,referenced_posts",
        "post.fields": "conversation_id,created_at,entities,lang,note_post",
        "user.fields": USER_FIELDS,
    }
)
TWEET_FIELDS = FieldsForm(
    {
        "expansions": "author_id,referenced_tweets.id",
        "tweet.fields": (
            "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,lang,note_tweet,referenced_tweets"
        ),
        "user.fields": USER_FIELDS,
    }
)


def get_other_form(form: FieldsForm) -> FieldsForm:
    return TWEET_FIELDS if form is POST_FIELDS else POST_FIELDS


def rename_keys(value: Mapping[Any, Any]) -> dict[str, Any]:
    """Rename `note_tweet`, `tweet_count`, `tweets` and so on to the newer names; if both exist, keep the newer."""
    there = {str(key): item for key, item in value.items() if item is not None}
    newer = {key: item for key, item in there.items() if "tweet" not in key}
    return {key.replace("tweet", "post"): item for key, item in there.items()} | newer


class XPart(BaseModel):
    """Base class: unknown fields are ignored, and null is the same as absent."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    needed: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _rename_fields(cls, value: Any) -> Any:
        return rename_keys(value) if isinstance(value, dict) else value


class XUrl(XPart):
    url: str = ""
    expanded_url: str = ""
    unwound_url: str = ""


class XEntities(XPart):
    urls: tuple[XUrl, ...] = ()


class XNote(XPart):
    """The whole text of a long post; `XPost.text` is its beginning."""

    text: str
    entities: XEntities | None = None


class XReference(XPart):
    type: str
    id: str


class XPost(XPart):
    needed: ClassVar[frozenset[str]] = frozenset({"id"})

    id: str
    text: str = ""
    created_at: datetime | None = None
    author_id: str = ""
    conversation_id: str = ""
    lang: str = ""
    note_post: XNote | None = None
    entities: XEntities | None = None
    referenced_posts: tuple[XReference, ...] = ()
    edit_history_post_ids: tuple[str, ...] = ()


class XMetrics(XPart):
    followers_count: int | None = None
    following_count: int | None = None
    post_count: int | None = None


class XUser(XPart):
    needed: ClassVar[frozenset[str]] = frozenset({"id"})

    id: str
    name: str = ""
    username: str = ""
    created_at: datetime | None = None
    verified: bool = False
    public_metrics: XMetrics = XMetrics()


Part = TypeVar("Part", bound=XPart)


def parse_part(model: type[Part], value: Any) -> Part:
    """Parse without fields that are invalid. Raises `ValidationError` if a needed one is."""
    try:
        return model.model_validate(value)
    except ValidationError as wrong:
        bad = {str(error["loc"][0]) if error["loc"] else "" for error in wrong.errors(include_url=False)}
        if bad & (model.needed | {""}):
            raise
        return model.model_validate({key: item for key, item in rename_keys(value).items() if key not in bad})
