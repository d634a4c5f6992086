"""App Store Connect: reviews of one's own apps on the App Store. Polled, with an API key."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.domain.health.source_health import SourceQuota
from bot.sources.app_reviews import ReviewOutlet, ReviewPage, check_reviews, sign_token
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.outlet_client import OutletClient, OutletResponse
from bot.sources.polling import PolledSource, read_list

PAGE_SIZE = 200
TOKEN_LIFE = timedelta(minutes=10)
"""Apple refuses tokens of more than 20 minutes, by its own clock."""
_CURSOR = re.compile(r"[?&]cursor=([^&#]+)")
_QUOTA = re.compile(r"user-hour-lim:(\d{1,9});\s*user-hour-rem:(\d{1,9})")


class AppStoreConnectOptions(BaseModel):
    """`[sources.appstoreconnect]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False
    has_developer: ClassVar[bool] = True
    """Who answers there is the owner of the app."""

    apps: tuple[Annotated[str, Field(pattern=r"^\d{5,20}$")], ...] = Field(min_length=1, max_length=20)
    """Apple's numbers of the apps."""
    key_id: str = Field(pattern=r"^\w{4,40}$")
    issuer_id: str = Field("", pattern=r"^[\w-]{0,60}$")
    """Empty for the key of a single person, which has none."""
    every: float = Field(300.0, ge=60, le=86_400)
    """Seconds between two requests."""
    url: str = Field("https://api.appstoreconnect.apple.com", pattern=r"^https?://\S+$")


class AppStoreConnectApi:
    pause = 1.2  # 3,500 requests an hour are allowed

    def __init__(self, options: AppStoreConnectOptions, context: SourceContext) -> None:
        self._url = options.url.rstrip("/")
        self._key_id = options.key_id
        self._whose = {"iss": options.issuer_id} if options.issuer_id else {"sub": "user"}
        self._key = SecretStr(context.secret.replace("\\n", "\n"))
        self._clock = context.clock
        self.quota: SourceQuota | None = None

    def sign_request(self) -> str:
        """Return a token for the next minutes. Raises `ValueError` if the key cannot sign."""
        now = self._clock.now()
        times = {"iat": int(now.timestamp()), "exp": int((now + TOKEN_LIFE).timestamp())}
        return sign_token({**self._whose, **times, "aud": "appstoreconnect-v1"}, self._key, "ES256", self._key_id)

    async def load_page(self, client: OutletClient, app: str, page: str) -> ReviewPage:
        query: dict[str, str | int] = {"sort": "-createdDate", "limit": PAGE_SIZE, "include": "response"}
        query |= {"cursor": page} if page else {}
        headers = {"Authorization": f"Bearer {self.sign_request()}"}
        answer = await client.get(f"{self._url}/v1/apps/{app}/customerReviews", query, headers)
        if quota := _QUOTA.search(answer.headers.get("x-rate-limit", "")):
            self.quota = SourceQuota(int(quota[2]), int(quota[1]), None)
        included = read_list(answer, "included") if "included" in answer.parse_json() else []
        replies = {one.get("id"): one for one in included}
        reviews = [{**review, "response": replies.get(_read_reply_id(review))} for review in read_list(answer, "data")]
        return ReviewPage(reviews, _read_next_page(answer))

    def map_review(self, app: str, review: Mapping[str, Any]) -> dict[str, Any]:
        said = _read_object(review, "attributes")
        words = (str(said.get(name) or "").strip() for name in ("title", "body"))
        return {
            "id": str(review.get("id") or "") or None,
            "text": "\n\n".join(filter(None, words)),
            "created_at": said.get("createdDate"),
            "author": said.get("reviewerNickname"),
            "rating": said.get("rating"),
            "place": said.get("territory"),
            "url": f"https://apps.apple.com/app/id{app}",
        }

    def map_reply(self, review: Mapping[str, Any]) -> dict[str, Any]:
        said = _read_object(_read_object(review, "response"), "attributes")
        is_public = said.get("state") == "PUBLISHED"  # Apple takes up to a day for it
        return {"text": said.get("responseBody"), "created_at": said.get("lastModifiedDate")} if is_public else {}


def _read_object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _read_reply_id(review: Mapping[str, Any]) -> str:
    """Return the id of our reply to a review; empty if there is none."""
    linked = _read_object(_read_object(review, "relationships"), "response")
    return str(_read_object(linked, "data").get("id") or "")


def _read_next_page(answer: OutletResponse) -> str:
    """Return only the cursor of the next link: the token is never sent to an address that an answer names."""
    links = answer.parse_json().get("links")
    link = links.get("next") if isinstance(links, dict) else None
    found = _CURSOR.search(link) if isinstance(link, str) else None
    return unquote_plus(found[1]) if found else ""


def _build_outlet(options: AppStoreConnectOptions, context: SourceContext) -> ReviewOutlet:
    if not context.secret:
        raise ValueError(
            "EARSHOT_SOURCE_APPSTORECONNECT_SECRET_FILE is not set. It names the .p8 file of an API key of App Store "
            "Connect with the role Customer Support"
        )
    api = AppStoreConnectApi(options, context)
    api.sign_request()
    return ReviewOutlet(api, options.apps, context)


def build_appstoreconnect_source(options: AppStoreConnectOptions, context: SourceContext) -> PolledSource:
    """Raises `ValueError` if it could never bring anything."""
    return PolledSource(_build_outlet(options, context), options.every, context)


async def check_appstoreconnect(options: AppStoreConnectOptions, context: SourceContext) -> SourceCheck:
    return await check_reviews(lambda: _build_outlet(options, context), context)


SOURCE = SourceKind(
    AppStoreConnectOptions,
    build_appstoreconnect_source,
    check_appstoreconnect,
    label="App Store",
    gives=("rating", "place"),
    example="""
# Reviews of your own apps on the App Store, with their stars. Needs pip install -e '.[stores]', and
# EARSHOT_SOURCE_APPSTORECONNECT_SECRET_FILE: the .p8 file of an API key of App Store Connect.
# [sources.appstoreconnect]
# The Apple IDs of the apps, as in their addresses.
# apps = ["1234567890"]
# The ID of the key, and that of its issuer. A key of a single person has only the first.
# key_id = "ABC123DEF4"
# issuer_id = "00000000-1111-2222-3333-444444444444"
# Seconds between two requests. Default: 300.
# every = 300
# The API to ask. Default: that of Apple.
# url = "https://api.appstoreconnect.apple.com"
""",
)
