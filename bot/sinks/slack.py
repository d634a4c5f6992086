"""Slack's Web API as a sink: each call returns, or raises one of `delivery_errors`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import metrics
from bot.cards.block_kit import RenderedMessage
from bot.sinks.delivery_errors import (
    RETRYABLE_ERRORS,
    UNKNOWN_OUTCOME_ERRORS,
    DeliveryUnknownError,
    NotSentError,
    RateLimitedError,
    SlackRejectedError,
)
from bot.sinks.workspace_client import WorkspaceClient

TIMEOUT = 10
UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=120)
"""Seconds. Slack answers in well under one; past ten the answer is lost."""
DEFAULT_RETRY_AFTER = 30.0
MAX_RETRY_AFTER = 3600
"""Seconds to wait if Slack does not say how long, and the most that is accepted."""
PAGE, PAGES_MOST = 200, 50
"""Channels of a page, and the most pages: channels beyond 10,000 are not found."""
CARD_EVENT = "earshot_card"
"""The metadata type that names the notification of a message."""


class SentMessage(NamedTuple):
    channel: str
    ts: str


class PostedMessage(NamedTuple):
    """A message of ours, as it is in a channel."""

    name: str
    """Of its notification, from its metadata."""
    ts: str
    blocks: Sequence[Mapping[str, Any]]


class SlackProfile(NamedTuple):
    """`zone` is an IANA name. Each may be empty."""

    name: str
    zone: str
    team: str = ""
    """Their workspace, or their organisation on Enterprise Grid."""
    is_active: bool = True
    """False for a bot, a person who has left, and an id that Slack does not know."""
    display_name: str = ""
    """Behind the @ of a mention; empty where that is their name."""


def build_web_client(
    token: str | None, api_url: str, session: aiohttp.ClientSession, team: str = ""
) -> WorkspaceClient:
    """Build a client without retries: a post that the library repeats is a duplicate card."""
    return WorkspaceClient(token, team, base_url=api_url, session=session, timeout=TIMEOUT, retry_handlers=[])


class SlackSink:
    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post_message(
        self, channel: str, drawing: RenderedMessage, name: str, *, thread: str = "", aloud: bool = False
    ) -> SentMessage:
        """`channel` may be a person's id: Slack opens the conversation. `name` is sent as metadata.

        `thread` is the ts of the message to reply to; `aloud`: the reply is shown in the channel, too.
        """
        beside: dict[str, object] = {"thread_ts": thread, "reply_broadcast": aloud} if thread else {}
        if drawing.attachments:
            beside["attachments"] = drawing.attachments
        reply = await self._call_method(
            "chat.postMessage",
            channel=channel,
            text=drawing.text,
            blocks=drawing.blocks,
            metadata={"event_type": CARD_EVENT, "event_payload": {"name": name}},
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
            **beside,
        )
        return SentMessage(str(reply["channel"]), str(reply["ts"]))

    async def update_message(self, channel: str, ts: str, drawing: RenderedMessage) -> None:
        """Replace text, blocks and attachments: Slack keeps those that an update does not name."""
        content = {"text": drawing.text, "blocks": drawing.blocks, "attachments": drawing.attachments}
        await self._call_method("chat.update", channel=channel, ts=ts, link_names=False, **content)

    async def delete_message(self, channel: str, ts: str) -> None:
        """Delete a message of ours. Raises as `update_message` does."""
        await self._call_method("chat.delete", channel=channel, ts=ts)

    async def find_message(self, channel: str, name: str, since: float, thread: str = "") -> SentMessage | None:
        """Find a message of ours by its metadata. Raises `SlackRejectedError` if we may not read the channel."""
        method, where = ("conversations.replies", {"ts": thread}) if thread else ("conversations.history", {})
        reply = await self._call_method(
            method, channel=channel, oldest=f"{since:.6f}", include_all_metadata=True, limit=200, **where
        )
        for message in reply.get("messages", []):
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == CARD_EVENT and metadata.get("event_payload", {}).get("name") == name:
                return SentMessage(channel, str(message["ts"]))
        return None

    async def list_messages(
        self, channel: str, since: float, until: float, cursor: str = ""
    ) -> tuple[list[PostedMessage], str]:
        """Return a page of our messages, the newest first, and the cursor of the next; empty after the last.

        `since` and `until` are in epoch seconds. Replies in threads are not among them. Raises as `find_message`.
        """
        span = {"oldest": f"{since:.6f}", "latest": f"{until:.6f}", "limit": PAGE}
        more = {"cursor": cursor} if cursor else {}
        reply = await self._call_method(
            "conversations.history", channel=channel, include_all_metadata=True, **span, **more
        )
        found = []
        for message in reply.get("messages", []):
            metadata = message.get("metadata") or {}
            name = str((metadata.get("event_payload") or {}).get("name") or "")
            if metadata.get("event_type") == CARD_EVENT and name:
                found.append(PostedMessage(name, str(message["ts"]), message.get("blocks") or ()))
        return found, str((reply.get("response_metadata") or {}).get("next_cursor") or "")

    async def upload_file(self, name: str, content: BinaryIO, length: int) -> str:
        """Return the id of a file that nobody sees before it is shared. Reads `content` as it is sent, and closes it.

        Raises `SlackRejectedError` with missing_scope without files:write.
        """
        granted = await self._call_method("files.getUploadURLExternal", filename=name, length=length)
        session = self._client.session
        assert session is not None
        try:
            async with session.post(str(granted["upload_url"]), data=content, timeout=UPLOAD_TIMEOUT) as answer:
                if answer.status != 200:
                    raise NotSentError(f"the upload was answered with {answer.status}")
        except (TimeoutError, aiohttp.ClientError, OSError) as lost:
            raise NotSentError(f"upload: {type(lost).__name__}") from lost
        return str(granted["file_id"])

    async def share_file(self, file_id: str, channel: str, words: str) -> None:
        """Post an uploaded file; `channel` is the id of a conversation, not of a person."""
        files = json.dumps([{"id": file_id}])
        await self._call_method("files.completeUploadExternal", files=files, channel_id=channel, initial_comment=words)

    async def list_members(self, group: str) -> frozenset[str]:
        reply = await self._call_method("usergroups.users.list", usergroup=group)
        return frozenset(str(user) for user in reply.get("users", []))

    async def set_members(self, group: str, people: Iterable[str]) -> None:
        """Replace the members of a user group."""
        await self._call_method("usergroups.users.update", usergroup=group, users=",".join(people))

    async def create_channel(self, name: str) -> str:
        """Create a public channel; return its id. Raises `SlackRejectedError` without channels:manage."""
        channel = (await self._call_method("conversations.create", name=name)).get("channel")
        return str(channel["id"]) if isinstance(channel, Mapping) else ""

    async def find_channel(self, name: str) -> str:
        """Return the id of a public channel of ours, or empty. Raises `SlackRejectedError` without channels:read."""
        cursor = ""
        for _ in range(PAGES_MOST):
            reply = await self._call_method("users.conversations", exclude_archived=True, limit=PAGE, cursor=cursor)
            for channel in reply.get("channels", []):
                if channel.get("name") == name:
                    return str(channel["id"])
            cursor = str((reply.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return ""

    async def invite_person(self, channel: str, person: str) -> None:
        await self._call_method("conversations.invite", channel=channel, users=person)

    async def pin_message(self, channel: str, ts: str) -> None:
        """Raises `SlackRejectedError` without pins:write."""
        try:
            await self._call_method("pins.add", channel=channel, timestamp=ts)
        except SlackRejectedError as no:
            if no.error != "already_pinned":
                raise

    async def fetch_profile(self, person: str) -> SlackProfile:
        """Raises `SlackRejectedError` without users:read."""
        user = (await self._call_method("users.info", user=person)).get("user")
        fields = user if isinstance(user, Mapping) else {}
        within, profile = fields.get("enterprise_user"), fields.get("profile")
        team = (within.get("enterprise_id") if isinstance(within, Mapping) else "") or fields.get("team_id")
        return SlackProfile(
            str(fields.get("real_name") or fields.get("name") or ""),
            str(fields.get("tz") or ""),
            str(team or ""),
            is_active=not (fields.get("is_bot") or fields.get("deleted")),
            display_name=str((profile.get("display_name") if isinstance(profile, Mapping) else "") or ""),
        )

    async def is_do_not_disturb(self, person: str, at: float) -> bool:
        """Return whether do-not-disturb is scheduled at `at` (epoch seconds); Slack hides manual pauses from us.

        Raises `SlackRejectedError` with missing_scope if not granted.
        """
        reply = await self._call_method("dnd.info", user=person)
        asleep = reply.get("dnd_enabled") and float(reply.get("next_dnd_start_ts") or 0) <= at
        return bool(asleep) and at < float(reply.get("next_dnd_end_ts") or 0)

    async def _call_method(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        data = (await call_slack_api(self._client, method, **arguments)).data
        return data if isinstance(data, dict) else {}


async def call_slack_api(client: AsyncWebClient, method: str, **arguments: Any) -> AsyncSlackResponse:
    """Return Slack's response. Raises one of `delivery_errors`."""
    try:
        if _is_json_method(method):
            return await client.api_call(method, json=arguments)
        return await client.api_call(method, params=_flatten_arguments(arguments))
    except SlackApiError as no:
        outcome = _classify_error(no)
        if isinstance(outcome, RateLimitedError):
            metrics.RATE_LIMITS.labels("slack", method).inc()
        raise outcome from no
    except aiohttp.ClientConnectorError as away:
        raise NotSentError(f"{method}: no connection") from away
    except (TimeoutError, aiohttp.ClientError, OSError) as lost:
        raise DeliveryUnknownError(f"{method}: {type(lost).__name__}") from lost


def _is_json_method(method: str) -> bool:
    """Methods that read take only forms."""
    return method.startswith("chat.")


def _flatten_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value).lower() if isinstance(value, bool) else value for key, value in arguments.items()}


def _classify_error(no: SlackApiError) -> Exception:
    response = no.response
    status = int(getattr(response, "status_code", 0) or 0)
    data = response.data if isinstance(getattr(response, "data", None), dict) else {}
    error = str(data.get("error", ""))
    if status == 429 or error in RETRYABLE_ERRORS:
        return RateLimitedError(_parse_retry_after(str(response.headers.get("Retry-After", ""))))
    if status == 503 or error == "service_unavailable":  # certainly not processed
        return NotSentError(f"Slack answered {status} {error}".strip())
    if status >= 500 or error in UNKNOWN_OUTCOME_ERRORS:
        return DeliveryUnknownError(f"Slack answered {status} {error}".strip())
    messages = (data.get("response_metadata") or {}).get("messages") or []
    return SlackRejectedError(error, tuple(str(message) for message in messages))


def _parse_retry_after(header: str) -> float:
    """Return the seconds to wait. A proxy may write the header differently, or omit it."""
    return float(min(int(header), MAX_RETRY_AFTER)) if header.isascii() and header.isdigit() else DEFAULT_RETRY_AFTER
