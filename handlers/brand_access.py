"""The brand that a request of Slack's is for, by its workspace, and the token with which it is answered."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.usecases.installations import InstallationUseCases
from handlers.events import LEAVING
from handlers.use_cases import UseCases
from handlers.workspace_guard import NOT_OURS

NOT_INSTALLED = (
    "Earshot isn't connected to this workspace at the moment, so nothing was changed. "
    "Ask the people who run Earshot to install it again."
)

log = structlog.get_logger("listeners")


class BrandAccess(NamedTuple):
    """`usecases` is None while the brand is not served, `installations` where its token is in the environment."""

    client: AsyncWebClient
    usecases: UseCases | None
    installations: InstallationUseCases | None = None


FindBrand = Callable[[str, str], BrandAccess | None]
"""Finds a brand by the ids of a workspace and of an organisation, which may be empty."""


class BrandAuthorization(AsyncAuthorize):
    """Gives each request the token of its brand. One that gets none is answered by `find_by_context`."""

    def __init__(self, find: FindBrand) -> None:
        self._find = find
        self._known: dict[str, AuthorizeResult] = {}

    async def __call__(self, *, enterprise_id: str | None, team_id: str | None, **_: Any) -> AuthorizeResult:
        brand = self._find(team_id or "", enterprise_id or "")
        nothing = AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
        if brand is None or not brand.client.token:
            return nothing
        token = brand.client.token
        if token not in self._known:
            try:
                found = await brand.client.auth_test()
            except SlackApiError as no:
                log.warning("token refused", team=team_id, error=no.response.get("error"))
                return nothing
            self._known[token] = AuthorizeResult.from_auth_test_response(auth_test_response=found, bot_token=token)
        return self._known[token]


def find_by_context(find: FindBrand) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Return a middleware that passes listeners the use cases of the request's brand, or refuses it with a sentence."""

    async def choose_brand(
        context: AsyncBoltContext,
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse | None:
        brand = find(context.team_id or "", context.enterprise_id or "")
        context["installations"] = brand.installations if brand is not None else None
        context["usecases"] = brand.usecases if brand is not None and context.bot_token else None
        if context["usecases"] is not None or (body.get("event") or {}).get("type") in LEAVING:
            await next()
            return None
        why = "no brand" if brand is None else "no token"
        log.warning("request refused", why=why, kind=body.get("type", "command"))
        if context.respond is not None and context.response_url:
            await context.respond(NOT_OURS if brand is None else NOT_INSTALLED)
        return BoltResponse(status=200, body="")

    return choose_brand
