"""App Store Connect and Google Play on loopback: they take only what is signed as each demands, and give pages."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PACKAGE, EMAIL = "com.northwind.app", "earshot@northwind.iam.gserviceaccount.com"
APP, KEY_ID, ISSUER = "1234567890", "ABC123DEF4", "00000000-1111-2222-3333-444444444444"


def write_private_key(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def generate_rsa_key() -> rsa.RSAPrivateKey:
    """One for all tests of a run, because it takes a while."""
    return rsa.generate_private_key(65537, 2048)


def verify_times(claims: dict[str, Any], now: datetime, longest: timedelta) -> bool:
    since, until, seconds = float(claims["iat"]), float(claims["exp"]), now.timestamp()
    return since <= seconds < until <= seconds + longest.total_seconds()


def verify_token(token: str, public: Any, algorithm: str, audience: str) -> dict[str, Any] | None:
    """The claims of a token with a valid signature; its times are for the fake's own clock."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, public, [algorithm], {"verify_exp": False, "verify_iat": False}, audience=audience
        )
    except jwt.PyJWTError:
        return None
    return claims


@dataclass
class FakeAppStore:
    now: Callable[[], datetime]
    url: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    reviews: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {APP: []})
    """By app, the newest first."""
    replies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By review."""
    answers: list[web.Response] = field(default_factory=list)
    """What the next requests get instead."""
    queries: list[dict[str, str]] = field(default_factory=list)
    left: int = 3500
    claims: dict[str, Any] = field(default_factory=dict)

    @property
    def secret(self) -> str:
        return write_private_key(self.key)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        self.queries.append(query)
        self.left -= 1
        if self.answers:
            return self.answers.pop(0)
        if not self._is_signed(request):
            errors = [{"status": "401", "code": "NOT_AUTHORIZED", "detail": "Provide a properly signed token"}]
            return web.json_response({"errors": errors}, status=401)
        app = request.match_info["app"]
        if app not in self.reviews:
            return web.json_response({"errors": [{"status": "404", "code": "NOT_FOUND"}]}, status=404)
        if (
            query["sort"] != "-createdDate"
            or not 1 <= int(query["limit"]) <= 200
            or query.get("include")
            not in {
                None,
                "response",
            }
        ):
            return web.json_response({"errors": [{"status": "400", "code": "PARAMETER_ERROR.INVALID"}]}, status=400)
        return self._build_page(request, app, query)

    def _build_page(self, request: web.Request, app: str, query: dict[str, str]) -> web.Response:
        newest = sorted(self.reviews[app], key=_read_date, reverse=True)
        start = int(base64.b64decode(query["cursor"])) if "cursor" in query else 0
        end = start + int(query["limit"])
        links = {"self": str(request.url)}
        if len(newest) > end:
            place = base64.b64encode(str(end).encode()).decode()
            links["next"] = str(request.url.update_query(cursor=place))
        headers = {"X-Rate-Limit": f"user-hour-lim:3500;user-hour-rem:{self.left};"}
        body: dict[str, Any] = {"data": [self._link_reply(one, query) for one in newest[start:end]], "links": links}
        if "include" in query:
            body["included"] = [self.replies[one["id"]] for one in newest[start:end] if one.get("id") in self.replies]
        return web.json_response(body, headers=headers)

    def _link_reply(self, review: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        """A review names its reply only to those who ask for replies."""
        reply = self.replies.get(review.get("id", ""))
        data = {"data": {"type": reply["type"], "id": reply["id"]}} if reply and "include" in query else {}
        related = f"{self.url}/v1/customerReviews/{review.get('id')}/response"
        return review | {"relationships": {"response": {"links": {"related": related}, **data}}}

    def _is_signed(self, request: web.Request) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        claims = verify_token(token, self.key.public_key(), "ES256", "appstoreconnect-v1")
        if scheme != "Bearer" or claims is None or jwt.get_unverified_header(token).get("kid") != KEY_ID:
            return False
        self.claims = claims
        whose = claims.get("iss") == ISSUER or ("iss" not in claims and claims.get("sub") == "user")
        return whose and verify_times(claims, self.now(), timedelta(minutes=20))


def _read_date(review: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(review["attributes"]["createdDate"])


def build_apple_review(
    native: str, at: datetime, body: str = "it never lets me check in", **more: Any
) -> dict[str, Any]:
    said = {"rating": 1, "title": "Useless", "body": body, "reviewerNickname": "wilma_q", "territory": "PRT"}
    return {"type": "customerReviews", "id": native, "attributes": said | {"createdDate": at.isoformat()} | more}


def build_apple_reply(native: str, at: datetime, body: str, state: str = "PUBLISHED") -> dict[str, Any]:
    said = {"responseBody": body, "lastModifiedDate": at.isoformat(), "state": state}
    return {"type": "customerReviewResponses", "id": native, "attributes": said}


@dataclass
class FakeGooglePlay:
    """The server of tokens and the API, whose access tokens end."""

    now: Callable[[], datetime]
    url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=generate_rsa_key)
    reviews: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {PACKAGE: []})
    answers: list[web.Response] = field(default_factory=list)
    """What the next requests for reviews get instead."""
    token_answers: list[web.Response] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    tokens: dict[str, datetime] = field(default_factory=dict)
    """The access tokens that were given, with their ends."""
    most: int = 100

    @property
    def secret(self) -> str:
        return self.write_account(write_private_key(self.key))

    def write_account(self, private_key: str) -> str:
        account = {"type": "service_account", "project_id": "northwind", "private_key_id": KEY_ID}
        account |= {"client_email": EMAIL, "private_key": private_key, "token_uri": f"{self.url}/token"}
        return json.dumps(account)

    async def give_token(self, request: web.Request) -> web.StreamResponse:
        if self.token_answers:
            return self.token_answers.pop(0)
        form = dict(await request.post())
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        token = str(form["assertion"])
        claims = verify_token(token, self.key.public_key(), "RS256", "https://oauth2.googleapis.com/token")
        if claims is None or claims["iss"] != EMAIL or not verify_times(claims, self.now(), timedelta(hours=1)):
            return web.json_response({"error": "invalid_grant", "error_description": "Invalid JWT."}, status=400)
        if "https://www.googleapis.com/auth/androidpublisher" not in claims["scope"].split():
            return web.json_response({"error": "invalid_scope"}, status=400)
        given = f"ya29.{len(self.tokens)}-{EMAIL}"
        self.tokens[given] = self.now() + timedelta(hours=1)
        return web.json_response({"access_token": given, "expires_in": 3599, "token_type": "Bearer"})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        self.queries.append(query)
        if self.answers:
            return self.answers.pop(0)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, self.now()) <= self.now():
            return web.json_response({"error": {"code": 401, "status": "UNAUTHENTICATED"}}, status=401)
        reviews = self.reviews.get(request.match_info["package"])
        if reviews is None:
            return web.json_response({"error": {"code": 404, "message": "Package not found"}}, status=404)
        week = [one for one in reviews if read_change(one) > self.now().timestamp() - 7 * 86_400]
        newest = sorted(week, key=read_change, reverse=True)
        size, start = min(int(query.get("maxResults", 10)), self.most), int(query.get("token", 0))
        body: dict[str, Any] = {"reviews": newest[start : start + size]} if newest else {}
        if len(newest) > start + size:
            body["tokenPagination"] = {"nextPageToken": str(start + size)}
        return web.json_response(body)


def read_change(review: dict[str, Any]) -> int:
    return int(review["comments"][0]["userComment"]["lastModified"]["seconds"])


def build_google_review(
    native: str, at: datetime, text: str = "it never lets me check in", **more: Any
) -> dict[str, Any]:
    said = {"text": text, "starRating": 1, "reviewerLanguage": "en", "thumbsUpCount": 4, "device": "shiba"} | more
    said |= {"lastModified": {"seconds": str(int(at.timestamp())), "nanos": 5_000_000}}
    return {"reviewId": native, "authorName": "Wilma Q", "comments": [{"userComment": said}]}


@asynccontextmanager
async def serve_fake_google_play(now: Callable[[], datetime]) -> AsyncIterator[FakeGooglePlay]:
    play = FakeGooglePlay(now)
    reviews = web.get("/androidpublisher/v3/applications/{package}/reviews", play.handle)
    async with _serve(web.post("/token", play.give_token), reviews) as play.url:
        yield play


@asynccontextmanager
async def serve_fake_app_store(now: Callable[[], datetime]) -> AsyncIterator[FakeAppStore]:
    store = FakeAppStore(now)
    async with _serve(web.get("/v1/apps/{app}/customerReviews", store.handle)) as store.url:
        yield store


@asynccontextmanager
async def _serve(*routes: web.RouteDef) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_routes(routes)
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()
