"""App Store Connect on loopback: it takes only requests that are signed as Apple demands, and gives reviews by page."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

APP, KEY_ID, ISSUER = "1234567890", "ABC123DEF4", "00000000-1111-2222-3333-444444444444"


def write_private_key(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


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
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    reviews: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {APP: []})
    """By app, the newest first."""
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
        app = request.path.split("/")[3]
        if app not in self.reviews:
            return web.json_response({"errors": [{"status": "404", "code": "NOT_FOUND"}]}, status=404)
        if query["sort"] != "-createdDate" or not 1 <= int(query["limit"]) <= 200:
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
        return web.json_response({"data": newest[start:end], "links": links}, headers=headers)

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
