"""users.*, usergroups.*, dnd.*: who is there, and whether they may be disturbed."""

from bot.sandbox.errors import Json, SlackError
from bot.sandbox.feed import ChangeKind
from bot.sandbox.web_api.call import Call
from bot.sandbox.web_api.pages import page
from bot.sandbox.workspace import BOT_USER, Group, User


def info(call: Call) -> Json:
    return {"user": _told(call, call.user())}


def list_users(call: Call) -> Json:
    users, rest = page(call, list(call.workspace.users.values()))
    return {"members": [_told(call, user) for user in users], **rest}


def lookup_by_email(call: Call) -> Json:
    wanted = call.needed("email").lower()
    for user in call.workspace.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": _told(call, user)}
    raise SlackError("users_not_found")


def list_groups(call: Call) -> Json:
    with_users = call.flag("include_users", default=False)
    return {"usergroups": [_group(group, with_users=with_users) for group in call.workspace.groups.values()]}


def list_members(call: Call) -> Json:
    return {"users": list(_named(call).members)}


def update_members(call: Call) -> Json:
    group, users = _named(call), call.words("users")
    if not users:
        raise SlackError("no_users_provided")
    if not all(_may_join(call, user) for user in users):
        raise SlackError("invalid_users")
    group.members = users
    call.workspace.feed.add(ChangeKind.GROUP_CHANGED, group=group.id)
    return {"usergroup": _group(group, with_users=True)}


def _may_join(call: Call, user: str) -> bool:
    """Slack takes no bots into a user group, and nobody who has left."""
    found = call.workspace.users.get(user)
    return found is not None and not found.is_bot and not found.deleted


def dnd_info(call: Call) -> Json:
    """`snooze_*` are said of the user of the token alone, which is the bot's: what others paused stays theirs."""
    user = call.user()
    return _quiet(call, user, own=user.id == BOT_USER)


def dnd_team_info(call: Call) -> Json:
    wanted = call.words("users")
    if not wanted:
        raise SlackError("invalid_arguments")
    known = [call.workspace.users[user] for user in wanted if user in call.workspace.users]
    return {"users": {user.id: _quiet(call, user, own=False) for user in known}}


def _told(call: Call, user: User) -> Json:
    with_locale = call.flag("include_locale", default=False)
    return user.payload(call.app.now(), with_email=call.granted("users:read.email"), with_locale=with_locale)


def _group(group: Group, *, with_users: bool) -> Json:
    told: Json = {"id": group.id, "handle": group.handle, "name": group.name, "date_delete": 0, "is_usergroup": True}
    told["user_count"] = len(group.members)
    return told | ({"users": list(group.members)} if with_users else {})


def _named(call: Call) -> Group:
    group = call.workspace.groups.get(call.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return group


def _quiet(call: Call, user: User, *, own: bool) -> Json:
    start, end = user.next_dnd(call.app.now()) if user.dnd_enabled else (1, 1)
    told: Json = {"dnd_enabled": user.dnd_enabled, "next_dnd_start_ts": int(start), "next_dnd_end_ts": int(end)}
    if own:
        snoozed = call.app.now() < user.snoozed_until
        told |= {"snooze_enabled": snoozed} | ({"snooze_endtime": int(user.snoozed_until)} if snoozed else {})
    return told


METHODS = {
    "users.info": info,
    "users.list": list_users,
    "users.lookupByEmail": lookup_by_email,
    "usergroups.list": list_groups,
    "usergroups.users.list": list_members,
    "usergroups.users.update": update_members,
    "dnd.info": dnd_info,
    "dnd.teamInfo": dnd_team_info,
}
