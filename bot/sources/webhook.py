"""`POST /hooks/<name>`: other programs bring us mentions, signed as in the Standard Webhooks specification.

Knows no web framework: what serves HTTP hands over headers and body, and sends the answer.
"""

import asyncio
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import structlog
from pydantic import BaseModel, ConfigDict
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import EmptyWebhookSecretError

from bot.clock import Clock
from bot.domain.decision import Unreachable
from bot.domain.mention import Mention
from bot.sources.base import Ear, Parts
from bot.sources.reading import NoMention, decoded, mention_from

log = structlog.get_logger()

BODY_LIMIT = 1_000_000
"""Bytes; who serves HTTP may stop reading after one more."""

DELIVERY_LIMIT = 500
TOLERANCE = timedelta(minutes=5)
RETRY_AFTER = "5"

OWN_SOURCE = re.compile(r"[a-z][a-z0-9_-]*:(?!//)\S")
"""An id that names its source, `reddit:t3_x`, unlike `17` or `https://forum.example/17`."""


class Options(BaseModel):
    """`[sources.webhook.<name>]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = True

    trust_source: bool = True
    """A sender who holds our secret may bring mentions of several sources. Turn it off for a secret that somebody
    outside holds: then the hook speaks for itself alone, and cannot make a post of another source look seen."""


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
        self._signers = _signers(name, secrets)
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

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Headers in any case. Nothing of an unsigned body is looked at."""
        try:
            return await self._taken(headers, body)
        except No as no:
            log.warning("delivery refused", hook=self.name, status=no.status)
            return Answer(no.status, {"error": str(no)}, {"Retry-After": RETRY_AFTER} if no.status == 503 else {})

    async def _taken(self, headers: Mapping[str, str], body: bytes) -> Answer:
        if len(body) > BODY_LIMIT:
            raise No(413, "the body is larger than 1 MB")
        self._verify({name.lower(): value for name, value in headers.items()}, body)
        if self._ear is None:
            raise No(503, "this hook is not listening yet; send it again")
        try:
            mentions = self._mentions(decoded(body))
            new = await self._ear.hear(mentions) if mentions else 0
        except NoMention as why:
            sentence = str(why)
            raise No(400, sentence if sentence.startswith('"') else f"the body {sentence}") from None
        except Unreachable:
            raise No(503, "nothing was stored: our store does not answer; send it again") from None
        log.info("delivery taken", hook=self.name, mentions=len(mentions), new=new)
        return Answer(202, {"accepted": len(mentions), "new": new})

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """The library makes the signatures; comparing is done here, because its own `verify` reads the machine's clock
        and lets a malformed header through as an uncaught ValueError.
        """
        delivery, stamp, given = (headers.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
        if not (delivery and stamp and given):
            raise No(401, "webhook-id, webhook-timestamp and webhook-signature are needed")
        sent = _moment(stamp)
        if sent is None:
            raise No(401, "webhook-timestamp is not a number of seconds")
        if abs(self._clock.now() - sent) > TOLERANCE:
            raise No(401, "webhook-timestamp is more than 5 minutes from our clock")
        if not self._signed(delivery, sent, body, given):
            raise No(401, "webhook-signature does not match")

    def _signed(self, delivery: str, sent: datetime, body: bytes, given: str) -> bool:
        try:
            data = body.decode()
            expected = [signer.sign(delivery, sent, data).encode() for signer in self._signers]
        except UnicodeError:  # neither JSON nor the specification knows other bytes
            return False
        # No `any`: every pair is compared, so the time taken tells nothing about which secret or how much was right.
        pairs = [(one, other.encode("utf-8", "replace")) for one in expected for other in given.split(" ")]
        return sum(hmac.compare_digest(one, other) for one, other in pairs) > 0

    def _mentions(self, value: Any) -> list[Mention]:
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


def _moment(stamp: str) -> datetime | None:
    """Whole seconds, as the specification has it: anything else would not be what was signed."""
    if not re.fullmatch(r"[0-9]{1,11}", stamp):
        return None
    return datetime.fromtimestamp(int(stamp), UTC)


def _signers(name: str, secrets: str) -> list[Signer]:
    """Several, separated by spaces, while a secret is being changed."""
    try:
        signers = [Signer(secret) for secret in secrets.split()]
    except (binascii.Error, EmptyWebhookSecretError):
        raise ValueError(f'a secret of the hook "{name}" is not of the form whsec_<base64>') from None
    if not signers:
        raise ValueError(f'the hook "{name}" has no secret, and would believe anybody')
    return signers
