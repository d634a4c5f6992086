"""The webhook source: other programs POST mentions to `/hooks/<name>`, signed by Standard Webhooks or another HMAC.

Independent of the web framework, which passes headers and body and sends the response.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import structlog

from bot.clock import Clock
from bot.config.settings import build_hook_variable
from bot.domain.errors import ReplicaError, StoreUnavailable
from bot.domain.mention import Mention
from bot.domain.route_conditions import OUTLET_FIELDS
from bot.sources.base import MentionSink, SourceCheck, SourceContext, SourceKind
from bot.sources.mention_parser import (
    InvalidMentionError,
    extract_form_payload,
    fill_source,
    parse_json,
    validate_mention,
)
from bot.sources.webhook_fields import MentionFields, read_items
from bot.sources.webhook_signatures import SignatureOptions, UnsignedError, build_verifier

log = structlog.get_logger()

BODY_LIMIT = 1_000_000
"""Bytes; the HTTP server may stop reading after one more."""
DELIVERY_LIMIT = 500
"""Mentions stored at once. Senders of our own JSON may send no more; other bodies are stored in parts."""
STORE_TIMEOUT = 4.0
"""Seconds for the store to take a delivery: senders time out after 10, some after 5."""
RETRY_AFTER = "5"
FORM = "application/x-www-form-urlencoded"


class WebhookOptions(SignatureOptions):
    """`[sources.webhook.<name>]` of the playbook."""

    named: ClassVar[bool] = True

    trust_source: bool = True
    """A sender who holds our secret may bring mentions of several sources. Turn it off for a secret that somebody
    outside holds: then the hook speaks for itself alone, and cannot make a post of another source look seen."""
    fields: MentionFields | None = None
    """Where the sender keeps what a mention is made of; None: they send mentions as we know them."""
    hub_challenge: bool = False
    """Whether to answer the GET by which Meta finds out that the address is ours; `check` says the verify token."""


@dataclass(frozen=True, slots=True)
class WebhookResponse:
    """The HTTP response to a delivery."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class RequestRejectedError(Exception):
    """A delivery is rejected with this status, and a sentence for its sender."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class WebhookSource:
    """One hook. It answers 202 only when every mention of the delivery is in the inbox."""

    def __init__(self, options: WebhookOptions, name: str, secrets: str, clock: Clock) -> None:
        self.name = name
        self._options = options
        self._verifier = build_verifier(options, name, secrets)
        self._challenge = derive_challenge_token(secrets) if options.hub_challenge else ""
        self._clock = clock
        self._sink: MentionSink | None = None

    @classmethod
    def from_options(cls, options: WebhookOptions, parts: SourceContext) -> "WebhookSource":
        return cls(options, parts.name, parts.secret, parts.clock)

    async def listen(self, sink: MentionSink) -> None:
        """Accept deliveries until cancelled. Any number of processes may: the inbox deduplicates."""
        self._sink = sink
        try:
            await asyncio.Event().wait()
        finally:
            self._sink = None

    def reject_headers(self, headers: Mapping[str, str]) -> WebhookResponse | None:
        """Return the rejection of a request that cannot be signed, before its body is read, or None."""
        try:
            self._verifier.verify_headers({name.lower(): value for name, value in headers.items()}, self._clock.now())
        except UnsignedError as why:
            log.warning("delivery refused", hook=self.name, status=401)
            return WebhookResponse(401, {"error": str(why)})
        return None

    async def receive(self, headers: Mapping[str, str], body: bytes) -> WebhookResponse:
        """Verify, parse and store a delivery. Header names in any case; an unsigned body is not parsed."""
        try:
            return await self._accept_delivery(headers, body)
        except RequestRejectedError as no:
            log.warning("delivery refused", hook=self.name, status=no.status)
            retry = {"Retry-After": RETRY_AFTER} if no.status == 503 else {}
            return WebhookResponse(no.status, {"error": str(no)}, retry)

    def confirm_challenge(self, query: Mapping[str, str]) -> str | None:
        """Return what to echo to Meta's GET that verifies the address, or None if the token does not match."""
        token = query.get("hub.verify_token", "").encode("utf-8", "replace")
        if not self._challenge or query.get("hub.mode") != "subscribe":
            return None
        same = hmac.compare_digest(token, self._challenge.encode())
        return query.get("hub.challenge", "")[:200] if same else None

    async def _accept_delivery(self, headers: Mapping[str, str], body: bytes) -> WebhookResponse:
        if len(body) > BODY_LIMIT:
            raise RequestRejectedError(413, "the body is larger than 1 MB")
        try:
            self._verifier.verify({name.lower(): value for name, value in headers.items()}, body, self._clock.now())
        except UnsignedError as why:
            raise RequestRejectedError(401, str(why)) from None
        if self._sink is None:
            raise RequestRejectedError(503, "this hook is not ready yet. Send it again")
        try:
            mentions, refused = self._parse_mentions(parse_json(self._extract_json(headers, body)))
            new = 0
            async with asyncio.timeout(STORE_TIMEOUT):
                for at in range(0, len(mentions), DELIVERY_LIMIT):
                    new += await self._sink.publish(mentions[at : at + DELIVERY_LIMIT])
        except InvalidMentionError as why:
            sentence = str(why)
            raise RequestRejectedError(400, sentence if sentence.startswith('"') else f"the body {sentence}") from None
        except (StoreUnavailable, TimeoutError) as no:
            cause = "too few replicas have it" if isinstance(no, ReplicaError) else "Earshot can't reach its database"
            raise RequestRejectedError(503, f"not confirmed yet, because {cause}. Send it again") from None
        if refused:  # what was taken is logged where it is stored
            log.info("delivery taken in part", hook=self.name, mentions=len(mentions), new=new, refused=refused)
        return WebhookResponse(202, {"accepted": len(mentions), "new": new} | ({"refused": refused} if refused else {}))

    def _extract_json(self, headers: Mapping[str, str], body: bytes) -> bytes:
        kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
        is_form = any(kind.partition(";")[0].strip().lower() == FORM for kind in kinds)
        return extract_form_payload(body) if is_form and self._options.scheme == "hmac" else body

    def _parse_mentions(self, value: Any) -> tuple[list[Mention], int]:
        """Return the valid mentions and the number of invalid ones. Raises `InvalidMentionError` if none is valid."""
        if self._options.fields is not None:
            return _validate_items(read_items(value, self._options.fields, self.name, self._clock.now()))
        return self._parse_native(value), 0

    def _parse_native(self, value: Any) -> list[Mention]:
        """Parse our own JSON: all of it is accepted, or none, since its sender can correct it."""
        if isinstance(value, dict) and "mentions" not in value:
            return [validate_mention(self._fill_source(value, ""))]
        items = value["mentions"] if isinstance(value, dict) else value
        if not isinstance(items, list):
            in_object = isinstance(value, dict)
            raise InvalidMentionError('"mentions" is not a list' if in_object else "is neither a mention nor a list")
        if len(items) > DELIVERY_LIMIT:
            limit = f"at most {DELIVERY_LIMIT} are accepted"
            raise RequestRejectedError(413, f"{len(items)} mentions in one delivery, {limit}")
        places = [f"mentions[{index}]" for index in range(len(items))]
        return [validate_mention(self._fill_source(item, at), at) for item, at in zip(items, places, strict=True)]

    def _fill_source(self, item: Any, place: str) -> Any:
        """Set the hook as the source of a mention without one. Raises `InvalidMentionError` for a foreign source."""
        if not isinstance(item, dict):
            return item
        if self._options.trust_source:
            return fill_source(item, self.name)
        if item.get("source") not in (None, self.name):
            field_name, allowed = f"{place}.source" if place else "source", f'"{self.name}", the only one'
            raise InvalidMentionError(f'"{field_name}" is another than {allowed} this hook may speak for')
        return {**item, "source": self.name}


def _validate_items(items: list[dict[str, Any]]) -> tuple[list[Mention], int]:
    """Return valid mentions and the number of invalid ones: a sender that does not know us cannot correct one item."""
    good, faults = list[Mention](), list[InvalidMentionError]()
    for index, item in enumerate(items):
        try:
            good.append(validate_mention(item, f"mentions[{index}]"))
        except InvalidMentionError as why:
            faults.append(why)
    if faults and not good:
        raise faults[0]
    return good, len(faults)


async def check_webhook(options: WebhookOptions, parts: SourceContext) -> SourceCheck:
    """Check the secrets and options of a hook, without any request."""
    variable = build_hook_variable(parts.name)
    if not parts.secret.strip():
        made = "" if options.scheme == "hmac" else '. Make one with: echo "whsec_$(openssl rand -base64 32)"'
        unset = f"is not set, so nothing sent to /hooks/{parts.name} can be verified{made}"
        return SourceCheck(faults=((variable, unset),))
    try:
        WebhookSource.from_options(options, parts)
    except ValueError as no:
        return SourceCheck(faults=((variable, str(no)),))
    if options.hub_challenge:
        token = derive_challenge_token(parts.secret)
        note = f"/hooks/{parts.name} takes the verify token {token}. Enter it where Meta asks for it"
        return SourceCheck(notes=(note,))
    return SourceCheck()


def derive_challenge_token(secrets: str) -> str:
    """Derive the verify token for Meta from the first secret, which it does not reveal."""
    return hmac.new(secrets.split(maxsplit=1)[0].encode(), b"hub.verify_token", hashlib.sha256).hexdigest()[:32]


SOURCE = SourceKind(
    WebhookOptions,
    WebhookSource.from_options,
    check_webhook,
    secret=lambda settings, name: " ".join(one.get_secret_value() for one in settings.get_hook_secrets(name)),
    gives=OUTLET_FIELDS,
)
