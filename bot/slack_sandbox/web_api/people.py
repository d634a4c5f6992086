"""users.*, usergroups.* and dnd.*"""

from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.web_api.request import ApiCall
from bot.slack_sandbox.workspace import BOT_USER, WorkspaceGroup, WorkspaceUser


def get_user_info(call: ApiCall) -> Json:
    return {"user": _build_user(call, call.require_user())}


def list_users(call: ApiCall) -> Json:
    users, rest = call.paginate(list(call.workspace.users.values()))
    return {"members": [_build_user(call, user) for user in users], **rest}


def lookup_by_email(call: ApiCall) -> Json:
    wanted = call.require_text("email").lower()
    for user in call.workspace.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": _build_user(call, user)}
    raise SlackError("users_not_found")


def list_groups(call: ApiCall) -> Json:
    with_users = call.get_flag("include_users", default=False)
    return {"usergroups": [_build_group(group, with_users=with_users) for group in call.workspace.groups.values()]}


def list_group_members(call: ApiCall) -> Json:
    return {"users": list(_require_group(call).members)}


def update_group_members(call: ApiCall) -> Json:
    group, users = _require_group(call), call.get_list("users")
    if not users:
        raise SlackError("no_users_provided")
    if not all(_can_join(call, user) for user in users):
        raise SlackError("invalid_users")
    group.members = users
    call.workspace.feed.add(ChangeKind.GROUP_CHANGED, group=group.id)
    return {"usergroup": _build_group(group, with_users=True)}


def _can_join(call: ApiCall, user: str) -> bool:
    """Return whether Slack accepts the user in a group: no bots, no deleted users."""
    found = call.workspace.users.get(user)
    return found is not None and not found.is_bot and not found.deleted


def get_dnd_info(call: ApiCall) -> Json:
    """Only the token's own user, here the bot, sees `snooze_*`."""
    user = call.require_user()
    return _build_dnd(call, user, own=user.id == BOT_USER)


def get_team_dnd_info(call: ApiCall) -> Json:
    wanted = call.get_list("users")
    if not wanted:
        raise SlackError("invalid_arguments")
    known = [call.workspace.users[user] for user in wanted if user in call.workspace.users]
    return {"users": {user.id: _build_dnd(call, user, own=False) for user in known}}


def _build_user(call: ApiCall, user: WorkspaceUser) -> Json:
    with_locale = call.get_flag("include_locale", default=False)
    with_email = call.has_scope("users:read.email")
    return user.build_user_payload(call.app.now(), with_email=with_email, with_locale=with_locale)


def _build_group(group: WorkspaceGroup, *, with_users: bool) -> Json:
    told: Json = {"id": group.id, "handle": group.handle, "name": group.name, "date_delete": 0, "is_usergroup": True}
    told["user_count"] = len(group.members)
    return told | ({"users": list(group.members)} if with_users else {})


def _require_group(call: ApiCall) -> WorkspaceGroup:
    group = call.workspace.groups.get(call.get_text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return group


def _build_dnd(call: ApiCall, user: WorkspaceUser, *, own: bool) -> Json:
    start, end = user.get_dnd_window(call.app.now()) if user.dnd_enabled else (1, 1)
    told: Json = {"dnd_enabled": user.dnd_enabled, "next_dnd_start_ts": int(start), "next_dnd_end_ts": int(end)}
    if own:
        snoozed = call.app.now() < user.snoozed_until
        told |= {"snooze_enabled": snoozed} | ({"snooze_endtime": int(user.snoozed_until)} if snoozed else {})
    return told


METHODS = {
    "users.info": get_user_info,
    "users.list": list_users,
    "users.lookupByEmail": lookup_by_email,
    "usergroups.list": list_groups,
    "usergroups.users.list": list_group_members,
    "usergroups.users.update": update_group_members,
    "dnd.info": get_dnd_info,
    "dnd.teamInfo": get_team_dnd_info,
}
