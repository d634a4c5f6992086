"""The state of the workspace: users, groups, channels, views."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.slack_sandbox.change_log import ChangeLog
from bot.slack_sandbox.mentions import MentionNotification
from bot.slack_sandbox.messages import SlackMessage, TimestampIssuer
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.views import SlackView

DAY = 86_400
BOT_USER, BOT_ID, APP_ID, TEAM_ID = "U0BOT", "B0BOT", "A0APP", "T0SANDBOX"


@dataclass(eq=False)
class WorkspaceUser:
    id: str
    name: str
    real_name: str
    email: str = ""
    tz: str = "UTC"
    locale: str = "en-US"
    is_bot: bool = False
    deleted: bool = False
    is_admin: bool = False
    dnd_from: float = 0.0
    dnd_until: float = 0.0
    dnd_enabled: bool = False
    """Do not disturb, each day as from `dnd_from` until `dnd_until`, both in epoch seconds."""
    snoozed_until: float = 0.0
    """Notifications are snoozed, which Slack shows to this person only."""
    title: str = ""
    team: str = TEAM_ID
    """Another id means a guest through Slack Connect."""

    def get_dnd_window(self, at: float) -> tuple[float, float]:
        """Return the window of the schedule that is running at `at`, else the next one, as `dnd.info` does."""
        passed = max(0, math.floor((at - self.dnd_until) / DAY) + 1)
        return self.dnd_from + passed * DAY, self.dnd_until + passed * DAY

    def build_user_payload(self, at: float, *, with_email: bool, with_locale: bool) -> Json:
        offset = datetime.fromtimestamp(at, ZoneInfo(self.tz)).utcoffset()
        profile = {"real_name": self.real_name, "display_name": self.name, "title": self.title}
        shown: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "is_bot": self.is_bot,
            "is_admin": self.is_admin,
            "profile": profile | ({"email": self.email} if with_email and self.email else {}),
        }
        return shown | ({"locale": self.locale} if with_locale else {})


@dataclass(eq=False)
class FileUpload:
    id: str
    name: str
    length: int
    content: bytes | None = None
    title: str = ""
    completed: bool = False

    @property
    def is_picture(self) -> bool:
        """Whether an image block may show it: by its first bytes, and once its upload was completed."""
        return self.completed and (self.content or b"").startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8"))


@dataclass(eq=False)
class WorkspaceGroup:
    id: str
    handle: str
    members: list[str]
    name: str = ""


@dataclass(eq=False)
class WorkspaceChannel:
    """`members` is None if everybody is a member."""

    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    im_with: str = ""
    bot_is_member: bool = False
    members: set[str] | None = None
    topic: str = ""
    messages: list[SlackMessage] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    read_up_to: dict[str, str] = field(default_factory=dict)
    _by_ts: dict[str, SlackMessage] = field(default_factory=dict, repr=False)

    def find(self, ts: str) -> SlackMessage | None:
        return self._by_ts.get(ts)

    def add(self, message: SlackMessage) -> None:
        """Add a reply to its thread, and others or a broadcast to the channel."""
        parent = self.find(message.thread_ts) if message.thread_ts else None
        self._by_ts[message.ts] = message
        if parent is not None:
            parent.thread.append(message)
        if parent is None or message.broadcast:
            self.messages.append(message)

    def remove(self, message: SlackMessage) -> None:
        message.deleted = True
        parent = self.find(message.thread_ts) if message.thread_ts else None
        self._by_ts.pop(message.ts, None)
        for messages in (self.messages, parent.thread if parent else []):
            if message in messages:
                messages.remove(message)

    def has_member(self, user: str) -> bool:
        if user == BOT_USER:
            return self.bot_is_member
        return self.members is None or user in self.members

    def is_open_to(self, user: str) -> bool:
        """Return whether the user may read it; public channels are open to all."""
        return self.has_member(user) or not (self.is_private or self.im_with)

    def count_unread(self, user: str) -> int:
        seen = self.read_up_to.get(user, "")
        return sum(1 for message in self.messages if message.ts > seen and message.user != user)


class SlackWorkspace:
    def __init__(
        self,
        name: str = "Northwind",
        now: Callable[[], float] = time.time,
        bot: str = "earshot",
        team_id: str = TEAM_ID,
    ) -> None:
        self.name, self.now, self.team_id = name, now, team_id
        self.users: dict[str, WorkspaceUser] = {}
        self.groups: dict[str, WorkspaceGroup] = {}
        self.channels: dict[str, WorkspaceChannel] = {}
        self.homes: dict[str, SlackView] = {}
        self.modals: dict[str, list[SlackView]] = {}  # the stack of each user, topmost last
        self.ephemerals: dict[str, list[SlackMessage]] = {}
        self.uploads: dict[str, FileUpload] = {}
        self.refused_blocks: set[str] = set()  # types that this workspace does not have yet
        self.pings: list[MentionNotification] = []
        self.escapes: dict[str, bool] = {}  # slash commands, and whether they are set to `should_escape`
        self.feed = ChangeLog(now)
        self.stamps = TimestampIssuer(now)
        self._numbers = 0
        self.add_user(BOT_USER, bot, is_bot=True)

    @property
    def domain(self) -> str:
        return self.name.lower().replace(" ", "-")

    def issue_number(self) -> int:
        """Return the next number; ids are built from these, so that runs are reproducible."""
        self._numbers += 1
        return self._numbers

    def add_user(
        self,
        user_id: str,
        name: str,
        *,
        real_name: str = "",
        email: str = "",
        tz: str = "UTC",
        locale: str = "en-US",
        is_bot: bool = False,
        is_admin: bool = False,
        title: str = "",
    ) -> WorkspaceUser:
        email = email or f"{name}@{self.domain}.example"
        real_name = real_name or name
        user = WorkspaceUser(user_id, name, real_name, email, tz, locale, is_bot, is_admin=is_admin, title=title)
        user.team = self.team_id
        self.users[user_id] = user
        return user

    def add_group(self, group_id: str, handle: str, members: Iterable[str], *, name: str = "") -> WorkspaceGroup:
        group = WorkspaceGroup(group_id, handle, list(members), name or handle)
        self.groups[group_id] = group
        return group

    def add_channel(
        self,
        channel_id: str,
        name: str,
        *,
        bot_is_member: bool = False,
        is_private: bool = False,
        is_archived: bool = False,
        members: Iterable[str] | None = None,
    ) -> WorkspaceChannel:
        inside = None if members is None else set(members)
        channel = WorkspaceChannel(channel_id, name, is_private, is_archived, "", bot_is_member, inside)
        self.channels[channel_id] = channel
        return channel

    def find_channel(self, id_or_name: str) -> WorkspaceChannel:
        bare = id_or_name.removeprefix("#")
        if bare in self.channels:
            return self.channels[bare]
        return next(channel for channel in self.channels.values() if channel.name == bare)

    def find_user(self, id_or_name: str) -> WorkspaceUser:
        bare = id_or_name.removeprefix("@")
        if bare in self.users:
            return self.users[bare]
        return next(user for user in self.users.values() if user.name == bare)

    def get_dm(self, user_id: str) -> WorkspaceChannel:
        """Return the direct messages between the app and this user; the channel is created on first use."""
        if user_id not in self.users:
            raise SlackError("user_not_found")
        dm_id = "D0" + user_id.removeprefix("U0")
        if dm_id not in self.channels:
            members = {user_id}
            self.channels[dm_id] = WorkspaceChannel(dm_id, "", True, False, user_id, True, members)
        return self.channels[dm_id]

    def get_modal(self, user_id: str) -> SlackView | None:
        stack = self.modals.get(user_id)
        return stack[-1] if stack else None
