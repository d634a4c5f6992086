"""Slash commands: the names in them, written as Slack writes them."""

import re

from bot.slack_sandbox.workspace import SlackWorkspace

NAMED = re.compile(r"(?<![\w<])([@#])([\w.-]+)")


def escape_references(workspace: SlackWorkspace, command: str, text: str) -> str:
    """With `should_escape`, @ana becomes <@U…|ana>; without it, text stays as typed."""
    if not workspace.escapes.get(command, True):
        return text
    return NAMED.sub(lambda hit: _format_reference(workspace, hit[1], hit[2]) or hit[0], text)


def _format_reference(workspace: SlackWorkspace, sign: str, name: str) -> str:
    if sign == "#":
        return next((f"<#{c.id}|{c.name}>" for c in workspace.channels.values() if c.name == name), "")
    for user in workspace.users.values():
        if user.name == name:
            return f"<@{user.id}|{user.name}>"
    return next((f"<!subteam^{g.id}|@{g.handle}>" for g in workspace.groups.values() if g.handle == name), "")
