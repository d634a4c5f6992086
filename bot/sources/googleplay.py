"""Google Play: reviews of one's own apps, of the last week. Polled, with the key of a service account."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.domain.health.source_health import SourceQuota
from bot.sources.app_reviews import ReviewOutlet, ReviewPage, check_reviews, sign_token
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.outlet_client import OutletClient, OutletError, OutletResponse
from bot.sources.polling import PolledSource, read_list

PAGE_SIZE = 100
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""Whatever address the file names: old ones name another."""
TOKEN_LIFE = timedelta(hours=1)
"""The longest that Google accepts."""
EARLY = timedelta(minutes=1)
"""Before an access token ends, the next one is requested."""
REFUSED = "refuses the key of the service account, or the clock of this machine is wrong (400)"


class GooglePlayOptions(BaseModel):
    """`[sources.googleplay]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False
    has_developer: ClassVar[bool] = True
    """Who answers there is the owner of the app."""

    apps: tuple[Annotated[str, Field(pattern=r"^\w+(\.\w+)+$", max_length=150)], ...] = Field(
        min_length=1, max_length=20
    )
    """The names of their packages."""
    every: float = Field(300.0, ge=60, le=86_400)
    """Seconds between two requests."""
    url: str = Field("https://androidpublisher.googleapis.com", pattern=r"^https?://\S+$")


class ServiceAccount(BaseModel):
    """What we use of the JSON file that Google gives for a key of a service account."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    client_email: str
    private_key: SecretStr
    private_key_id: str
    token_uri: str = Field(pattern=r"^https?://\S+$")


class GooglePlayApi:
    pause = 20.0  # 200 requests an hour are allowed for an app
    quota: SourceQuota | None = None

    def __init__(self, options: GooglePlayOptions, account: ServiceAccount, context: SourceContext) -> None:
        self._url = options.url.rstrip("/")
        self._account = account
        self._clock = context.clock
        self._token = SecretStr("")
        self._renew_at = datetime.min.replace(tzinfo=UTC)

    def sign_request(self) -> str:
        """Return what an access token is given for. Raises `ValueError` if the key cannot sign."""
        now, account = self._clock.now(), self._account
        times = {"iat": int(now.timestamp()), "exp": int((now + TOKEN_LIFE).timestamp())}
        claims = {"iss": account.client_email, "scope": SCOPE, "aud": AUDIENCE}
        return sign_token({**claims, **times}, account.private_key, "RS256", account.private_key_id)

    async def load_page(self, client: OutletClient, app: str, page: str) -> ReviewPage:
        query: dict[str, str | int] = {"maxResults": PAGE_SIZE}
        query |= {"token": page} if page else {}
        url = f"{self._url}/androidpublisher/v3/applications/{app}/reviews"
        try:
            answer = await client.get(url, query, await self._load_headers(client))
        except OutletError as error:
            if error.status != 401:
                raise
            self._renew_at = self._clock.now()  # it may have been revoked before its end
            answer = await client.get(url, query, await self._load_headers(client))
        body = _read_object(answer)
        pages = body.get("tokenPagination")
        token = pages.get("nextPageToken") if isinstance(pages, dict) else None
        reviews = read_list(answer, "reviews") if "reviews" in body else []  # where there are none, Google says nothing
        return ReviewPage(reviews, token if isinstance(token, str) else "")

    async def _load_headers(self, client: OutletClient) -> dict[str, str]:
        """Return the header with an access token. Raises `OutletError`."""
        if self._clock.now() >= self._renew_at:
            form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": self.sign_request()}
            try:
                body = _read_object(await client.post_form(self._account.token_uri, form))
            except OutletError as error:
                if error.status != 400:
                    raise
                raise OutletError(REFUSED, 401, needs_person=True) from None
            token, seconds = body.get("access_token"), body.get("expires_in")
            if not isinstance(token, str) or not isinstance(seconds, int):
                raise OutletError("answers without an access token")
            self._token = SecretStr(token)
            self._renew_at = self._clock.now() + timedelta(seconds=min(seconds, 3_600)) - EARLY
        return {"Authorization": f"Bearer {self._token.get_secret_value()}"}

    def map_review(self, app: str, review: Mapping[str, Any]) -> dict[str, Any]:
        said = _read_comment(review, "userComment")
        native = str(review.get("reviewId") or "")
        return {
            "id": native or None,
            "text": str(said.get("text") or "").strip().replace("\t", "\n\n"),  # a tab follows a title
            "created_at": _read_change(said),
            "author": review.get("authorName"),
            "rating": said.get("starRating"),
            "place": app,
            "engagement": {"likes": said.get("thumbsUpCount")},
            "url": f"https://play.google.com/store/apps/details?id={app}&reviewId={native}",
        }

    def map_reply(self, review: Mapping[str, Any]) -> dict[str, Any]:
        said = _read_comment(review, "developerComment")
        return {"text": said.get("text"), "created_at": _read_change(said)} if said else {}


def _read_comment(review: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return what the user or the developer says in a review; empty if that one says nothing."""
    comments = review.get("comments")
    parts = [one.get(name) for one in comments if isinstance(one, dict)] if isinstance(comments, list) else []
    return next((one for one in parts if isinstance(one, dict)), {})


def _read_change(said: Mapping[str, Any]) -> object:
    changed = said.get("lastModified")
    return changed.get("seconds") if isinstance(changed, dict) else None


def _read_object(answer: OutletResponse) -> Mapping[str, Any]:
    body = answer.parse_json()
    if not isinstance(body, dict):
        raise OutletError("answers with JSON of another kind")
    return body


def _build_outlet(options: GooglePlayOptions, context: SourceContext) -> ReviewOutlet:
    if not context.secret:
        raise ValueError(
            "EARSHOT_SOURCE_GOOGLEPLAY_SECRET_FILE is not set. It names the JSON file of a service account that may "
            "reply to reviews in the Play Console"
        )
    try:
        account = ServiceAccount.model_validate_json(context.secret)
    except ValidationError:
        raise ValueError("has a secret that is not the JSON file of a service account") from None
    api = GooglePlayApi(options, account, context)
    api.sign_request()
    return ReviewOutlet(api, options.apps, context)


def build_googleplay_source(options: GooglePlayOptions, context: SourceContext) -> PolledSource:
    """Raises `ValueError` if it could never bring anything."""
    return PolledSource(_build_outlet(options, context), options.every, context)


async def check_googleplay(options: GooglePlayOptions, context: SourceContext) -> SourceCheck:
    return await check_reviews(lambda: _build_outlet(options, context), context)


SOURCE = SourceKind(
    GooglePlayOptions,
    build_googleplay_source,
    check_googleplay,
    label="Google Play",
    gives=("rating", "place"),
    example="""
# Reviews of your own apps on Google Play, with their stars. Needs pip install -e '.[stores]', and
# EARSHOT_SOURCE_GOOGLEPLAY_SECRET_FILE: the JSON file of a service account that may reply to reviews.
# [sources.googleplay]
# The names of the packages of the apps.
# apps = ["com.northwind.app"]
# Seconds between two requests. Default: 300.
# every = 300
# The API to ask. Default: that of Google.
# url = "https://androidpublisher.googleapis.com"
""",
)
