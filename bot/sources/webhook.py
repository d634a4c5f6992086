"""`POST /hooks/<name>`: other programs bring us mentions, signed as in Standard Webhooks, or with an HMAC of their own.

Knows no web framework: what serves HTTP hands over headers and body, and sends the answer.
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import structlog

from bot.clock import Clock
from bot.config.settings import build_hook_variable
from bot.domain.commits import StoreUnavailable
from bot.domain.mention import Mention
from bot.sources.base import MentionSink, SourceCheck, SourceContext, SourceKind
from bot.sources.mention_parser import InvalidMentionError, extract_form_payload, parse_json, validate_mention
from bot.sources.webhook_fields import MentionFields, read_items
from bot.sources.webhook_signatures import SignatureOptions, UnsignedError, build_verifier

log = structlog.get_logger()

BODY_LIMIT = 1_000_000
"""Bytes; who serves HTTP may stop reading after one more."""

DELIVERY_LIMIT = 500
"""Mentions stored at once. Who sends our own JSON may send no more; who does not know us cannot be told."""
WITHIN = 4.0
"""Seconds for the store to take a delivery: senders give us up after 10, some after 5, and know nothing then."""
RETRY_AFTER = "5"
FORM = "application/x-www-form-urlencoded"

OWN_SOURCE = re.compile(r"[a-z][a-z0-9_-]*:(?!//)\S")
"""An id that names its source, `reddit:t3_x`, unlike `17` or `https://forum.example/17`."""


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
    """What to say to the sender."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class RequestRejectedError(Exception):
    """A delivery that is not taken: a status, and a sentence for who sends it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class WebhookSource:
    """One hook. Taken means kept: 202 is said only when every mention of the delivery is in the inbox."""

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
        """Takes deliveries while it runs. Any number of processes may: the inbox keeps out what was seen."""
        self._sink = sink
        try:
            await asyncio.Event().wait()
        finally:
            self._sink = None

    def reject_headers(self, headers: Mapping[str, str]) -> WebhookResponse | None:
        """What to say before the body is read; None: it may be signed."""
        try:
            self._verifier.verify_headers({name.lower(): value for name, value in headers.items()}, self._clock.now())
        except UnsignedError as why:
            log.warning("delivery refused", hook=self.name, status=401)
            return WebhookResponse(401, {"error": str(why)})
        return None

    async def receive(self, headers: Mapping[str, str], body: bytes) -> WebhookResponse:
        """Headers in any case. Nothing of an unsigned body is looked at."""
        try:
            return await self._accept_delivery(headers, body)
        except RequestRejectedError as no:
            log.warning("delivery refused", hook=self.name, status=no.status)
            return WebhookResponse(
                no.status, {"error": str(no)}, {"Retry-After": RETRY_AFTER} if no.status == 503 else {}
            )

    def confirm_challenge(self, query: Mapping[str, str]) -> str | None:
        """What to echo to Meta's GET, which asks whether the address is ours; None: it is not asked, or not by Meta."""
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
            raise RequestRejectedError(503, "this hook is not listening yet; send it again")
        kept = "nothing"
        try:
            mentions, refused = self._parse_mentions(parse_json(self._extract_json(headers, body)))
            new = 0
            async with asyncio.timeout(WITHIN):
                for at in range(0, len(mentions), DELIVERY_LIMIT):
                    new, kept = new + await self._sink.publish(mentions[at : at + DELIVERY_LIMIT]), "not all"
        except InvalidMentionError as why:
            sentence = str(why)
            raise RequestRejectedError(400, sentence if sentence.startswith('"') else f"the body {sentence}") from None
        except (StoreUnavailable, TimeoutError):
            raise RequestRejectedError(503, f"{kept} was stored: our store does not answer; send it again") from None
        log.info("delivery taken", hook=self.name, mentions=len(mentions), new=new, refused=refused)
        return WebhookResponse(202, {"accepted": len(mentions), "new": new} | ({"refused": refused} if refused else {}))

    def _extract_json(self, headers: Mapping[str, str], body: bytes) -> bytes:
        kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
        is_form = any(kind.partition(";")[0].strip().lower() == FORM for kind in kinds)
        return extract_form_payload(body) if is_form and self._options.scheme == "hmac" else body

    def _parse_mentions(self, value: Any) -> tuple[list[Mention], int]:
        """Return the mentions, and how many are refused."""
        if self._options.fields is not None:
            return _validate_items(read_items(value, self._options.fields, self.name, self._clock.now()))
        return self._parse_native(value), 0

    def _parse_native(self, value: Any) -> list[Mention]:
        """Who sends our own JSON can mend it: all of it is taken, or none."""
        if isinstance(value, dict) and "mentions" not in value:
            return [validate_mention(self._fill_source(value, ""))]
        items = value["mentions"] if isinstance(value, dict) else value
        if not isinstance(items, list):
            raise InvalidMentionError(
                '"mentions" is not a list' if isinstance(value, dict) else "is neither a mention nor a list"
            )
        if len(items) > DELIVERY_LIMIT:
            raise RequestRejectedError(
                413, f"{len(items)} mentions in one delivery; at most {DELIVERY_LIMIT} are taken"
            )
        places = [f"mentions[{index}]" for index in range(len(items))]
        return [validate_mention(self._fill_source(item, at), at) for item, at in zip(items, places, strict=True)]

    def _fill_source(self, item: Any, place: str) -> Any:
        """Who names no source speaks for the hook."""
        if not isinstance(item, dict):
            return item
        source, native = item.get("source"), item.get("id")
        if source is None:
            names_its_own = isinstance(native, str) and OWN_SOURCE.match(native) and self._options.trust_source
            return item if names_its_own else {**item, "source": self.name}
        if source != self.name and not self._options.trust_source:
            field_name = f"{place}.source" if place else "source"
            raise InvalidMentionError(
                f'"{field_name}" is another than "{self.name}", the only one this hook may speak for'
            )
        return item


def _validate_items(items: list[dict[str, Any]]) -> tuple[list[Mention], int]:
    """Who does not know us cannot mend one item, and would send all of them again. Raises `InvalidMentionError`: none
    is good.
    """
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
    """Whether its sender could be believed. Asks nobody."""
    variable = build_hook_variable(parts.name)
    if not parts.secret.strip():
        made = "" if options.scheme == "hmac" else '; make one with: echo "whsec_$(openssl rand -base64 32)"'
        unset = f"is not set, so nothing sent to /hooks/{parts.name} can be believed{made}"
        return SourceCheck(faults=((variable, unset),))
    try:
        WebhookSource.from_options(options, parts)
    except ValueError as no:
        return SourceCheck(faults=((variable, str(no)),))
    if options.hub_challenge:
        token = derive_challenge_token(parts.secret)
        return SourceCheck(
            notes=(f"/hooks/{parts.name} takes the verify token {token}; put it in where Meta asks for it",)
        )
    return SourceCheck()


def derive_challenge_token(secrets: str) -> str:
    """What Meta is given to show that the address is ours; tells nothing of the secret that it is made from."""
    return hmac.new(secrets.split(maxsplit=1)[0].encode(), b"hub.verify_token", hashlib.sha256).hexdigest()[:32]


SOURCE = SourceKind(
    WebhookOptions,
    WebhookSource.from_options,
    check_webhook,
    secret=lambda settings, name: " ".join(one.get_secret_value() for one in settings.get_hook_secrets(name)),
)
