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
from bot.domain.decision import StoreUnavailable
from bot.domain.mention import Mention
from bot.settings import hook_variable
from bot.sources.base import Ear, Parts, SourceCheck
from bot.sources.reading import NoMention, decoded, mention_from, unwrapped
from bot.sources.webhook_fields import MentionFields, read_items
from bot.sources.webhook_signatures import SignatureOptions, UnsignedError, verifier_of

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


class Options(SignatureOptions):
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
class Answer:
    """What to say to the sender."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class No(Exception):  # noqa: N818 - a "no" is not an error
    """A delivery that is not taken: a status, and a sentence for who sends it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Webhook:
    """One hook. Taken means kept: 202 is said only when every mention of the delivery is in the inbox."""

    def __init__(self, options: Options, name: str, secrets: str, clock: Clock) -> None:
        self.name = name
        self._options = options
        self._verifier = verifier_of(options, name, secrets)
        self._challenge = challenge_token(secrets) if options.hub_challenge else ""
        self._clock = clock
        self._ear: Ear | None = None

    @classmethod
    def built(cls, options: Options, parts: Parts) -> "Webhook":
        return cls(options, parts.name, parts.secret, parts.clock)

    async def listen(self, ear: Ear) -> None:
        """Takes deliveries while it runs. Any number of processes may: the inbox keeps out what was seen."""
        self._ear = ear
        try:
            await asyncio.Event().wait()
        finally:
            self._ear = None

    def refuse_head(self, headers: Mapping[str, str]) -> Answer | None:
        """What to say before the body is read; None: it may be signed."""
        try:
            self._verifier.verify_head({name.lower(): value for name, value in headers.items()}, self._clock.now())
        except UnsignedError as why:
            log.warning("delivery refused", hook=self.name, status=401)
            return Answer(401, {"error": str(why)})
        return None

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Headers in any case. Nothing of an unsigned body is looked at."""
        try:
            return await self._taken(headers, body)
        except No as no:
            log.warning("delivery refused", hook=self.name, status=no.status)
            return Answer(no.status, {"error": str(no)}, {"Retry-After": RETRY_AFTER} if no.status == 503 else {})

    def confirm(self, query: Mapping[str, str]) -> str | None:
        """What to echo to Meta's GET, which asks whether the address is ours; None: it is not asked, or not by Meta."""
        token = query.get("hub.verify_token", "").encode("utf-8", "replace")
        if not self._challenge or query.get("hub.mode") != "subscribe":
            return None
        same = hmac.compare_digest(token, self._challenge.encode())
        return query.get("hub.challenge", "")[:200] if same else None

    async def _taken(self, headers: Mapping[str, str], body: bytes) -> Answer:
        if len(body) > BODY_LIMIT:
            raise No(413, "the body is larger than 1 MB")
        try:
            self._verifier.verify({name.lower(): value for name, value in headers.items()}, body, self._clock.now())
        except UnsignedError as why:
            raise No(401, str(why)) from None
        if self._ear is None:
            raise No(503, "this hook is not listening yet; send it again")
        kept = "nothing"
        try:
            mentions, refused = self._mentions(decoded(self._json(headers, body)))
            new = 0
            async with asyncio.timeout(WITHIN):
                for at in range(0, len(mentions), DELIVERY_LIMIT):
                    new, kept = new + await self._ear.hear(mentions[at : at + DELIVERY_LIMIT]), "not all"
        except NoMention as why:
            sentence = str(why)
            raise No(400, sentence if sentence.startswith('"') else f"the body {sentence}") from None
        except (StoreUnavailable, TimeoutError):
            raise No(503, f"{kept} was stored: our store does not answer; send it again") from None
        log.info("delivery taken", hook=self.name, mentions=len(mentions), new=new, refused=refused)
        return Answer(202, {"accepted": len(mentions), "new": new} | ({"refused": refused} if refused else {}))

    def _json(self, headers: Mapping[str, str], body: bytes) -> bytes:
        kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
        is_form = any(kind.partition(";")[0].strip().lower() == FORM for kind in kinds)
        return unwrapped(body) if is_form and self._options.scheme == "hmac" else body

    def _mentions(self, value: Any) -> tuple[list[Mention], int]:
        """Return the mentions, and how many are refused."""
        if self._options.fields is not None:
            return _good(read_items(value, self._options.fields, self.name, self._clock.now()))
        return self._own(value), 0

    def _own(self, value: Any) -> list[Mention]:
        """Who sends our own JSON can mend it: all of it is taken, or none."""
        if isinstance(value, dict) and "mentions" not in value:
            return [mention_from(self._sourced(value, ""))]
        items = value["mentions"] if isinstance(value, dict) else value
        if not isinstance(items, list):
            raise NoMention(
                '"mentions" is not a list' if isinstance(value, dict) else "is neither a mention nor a list"
            )
        if len(items) > DELIVERY_LIMIT:
            raise No(413, f"{len(items)} mentions in one delivery; at most {DELIVERY_LIMIT} are taken")
        places = [f"mentions[{index}]" for index in range(len(items))]
        return [mention_from(self._sourced(item, at), at) for item, at in zip(items, places, strict=True)]

    def _sourced(self, item: Any, place: str) -> Any:
        """Who names no source speaks for the hook."""
        if not isinstance(item, dict):
            return item
        source, native = item.get("source"), item.get("id")
        if source is None:
            names_its_own = isinstance(native, str) and OWN_SOURCE.match(native) and self._options.trust_source
            return item if names_its_own else {**item, "source": self.name}
        if source != self.name and not self._options.trust_source:
            field_name = f"{place}.source" if place else "source"
            raise NoMention(f'"{field_name}" is another than "{self.name}", the only one this hook may speak for')
        return item


def _good(items: list[dict[str, Any]]) -> tuple[list[Mention], int]:
    """Who does not know us cannot mend one item, and would send all of them again. Raises `NoMention`: none is good."""
    good, faults = list[Mention](), list[NoMention]()
    for index, item in enumerate(items):
        try:
            good.append(mention_from(item, f"mentions[{index}]"))
        except NoMention as why:
            faults.append(why)
    if faults and not good:
        raise faults[0]
    return good, len(faults)


async def check(options: Options, parts: Parts) -> SourceCheck:
    """Whether its sender could be believed. Asks nobody."""
    variable = hook_variable(parts.name)
    if not parts.secret.strip():
        made = "" if options.scheme == "hmac" else '; make one with: echo "whsec_$(openssl rand -base64 32)"'
        unset = f"is not set, so nothing sent to /hooks/{parts.name} can be believed{made}"
        return SourceCheck(faults=((variable, unset),))
    try:
        Webhook.built(options, parts)
    except ValueError as no:
        return SourceCheck(faults=((variable, str(no)),))
    if options.hub_challenge:
        token = challenge_token(parts.secret)
        return SourceCheck(
            notes=(f"/hooks/{parts.name} takes the verify token {token}; put it in where Meta asks for it",)
        )
    return SourceCheck()


def challenge_token(secrets: str) -> str:
    """What Meta is given to show that the address is ours; tells nothing of the secret that it is made from."""
    return hmac.new(secrets.split(maxsplit=1)[0].encode(), b"hub.verify_token", hashlib.sha256).hexdigest()[:32]
