"""Refuse requests of other workspaces, which see cards in shared channels."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.cards import action_ids
from handlers.responder import Responder
from handlers.use_cases import Payload

NOT_OURS = (
    "Earshot belongs to another workspace, so you can read its cards but not use its buttons. "
    "If it's urgent, write to somebody in this channel who works there."
)
LINKS = frozenset({action_ids.OPEN_POST, action_ids.OPEN_CARD})
"""Buttons whose URL Slack opens by itself."""
SAID_WITHIN = 1.5
"""Seconds. Slack waits three for the ack, which follows the answer."""

log = structlog.get_logger("listeners")


def is_own_workspace(body: Payload, context: AsyncBoltContext) -> bool:
    """Whether the request is of our workspace, or of our Enterprise Grid organisation; true where Slack names neither.

    The person's workspace is in `user.team_id`, ours in the result of `auth.test`, which Bolt caches.
    """
    found = context.authorize_result
    own = {found.team_id, found.enterprise_id} - {None, ""} if found is not None else set()
    user, team, enterprise = ({**(body.get(key) or {})} for key in ("user", "team", "enterprise"))
    teams = {user.get("team_id"), team.get("id"), body.get("team_id"), _get_card_team(body)} - {None, ""}
    if not own or teams <= own:
        return True
    within = {user.get("enterprise_id"), enterprise.get("id"), body.get("enterprise_id")} - {None, ""}
    return bool(within and found is not None and within == {found.enterprise_id})


async def refuse_other_workspaces(
    body: Payload,
    context: AsyncBoltContext,
    next: Callable[[], Awaitable[None]],  # noqa: A002 - Bolt's name
) -> BoltResponse | None:
    """Middleware that answers foreign requests with a refusal. Events are no requests of a person, and pass."""
    if body.get("type") == "event_callback" or _is_link_button(body) or is_own_workspace(body, context):
        await next()
        return None
    log.warning("request of another workspace refused", kind=body.get("type", "command"), by=context.user_id)
    reply: Responder = context["reply"]
    with suppress(TimeoutError):
        async with asyncio.timeout(SAID_WITHIN):
            await reply.send_text(NOT_OURS)
    return BoltResponse(status=200, body="")


def _get_card_team(body: Payload) -> str:
    """Return the workspace of the card with the button: in a shared channel it may be that of another brand of ours."""
    message = body.get("message") if body.get("type") == "block_actions" else None
    return str((message or {}).get("team") or "")


def _is_link_button(body: Payload) -> bool:
    pressed = {action.get("action_id") for action in body.get("actions") or ()}
    return bool(pressed) and pressed <= LINKS
