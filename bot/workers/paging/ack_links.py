"""The link in a page that acknowledges it."""

from bot.clock import Clock
from bot.domain.destination import ToChannel, parse_callee
from bot.domain.paging.ack_link import TOKEN_LIFETIME, sign_ack_token
from bot.domain.paging.page import Page
from bot.store.signing_secrets import ACKNOWLEDGE, SigningSecretStore


class AckLinkBuilder:
    """`public_url` is how our site is reached from a phone; without one there are no links."""

    def __init__(self, secrets: SigningSecretStore, clock: Clock, public_url: str = "") -> None:
        self._secrets = secrets
        self._clock = clock
        self.public_url = public_url

    async def build_link(self, page: Page, person: str) -> str:
        """Empty where there is nobody whom it would be for, or no address."""
        if not self.public_url or isinstance(parse_callee(person), ToChannel):
            return ""
        secret, until = await self._secrets.load_secret(ACKNOWLEDGE), self._clock.now() + TOKEN_LIFETIME
        written = sign_ack_token(secret, page.id, person, until, page.round)
        return f"{self.public_url.rstrip('/')}/{ACKNOWLEDGE}/{written}"
