"""The modals that lie on each other before one person, and the Home tab behind them."""

from collections.abc import Iterator

from bot.sandbox.errors import Json, SlackError
from bot.sandbox.feed import ChangeKind
from bot.sandbox.posting import dress
from bot.sandbox.views import View, first_values
from bot.sandbox.workspace import Workspace

DEPTH = 3


def open_modal(workspace: Workspace, user: str, shown: Json) -> View:
    view = _new(workspace, user, shown)
    workspace.modals[user] = [view]
    workspace.feed.add(ChangeKind.VIEW_OPENED, user=user, view_id=view.id, callback_id=view.callback_id)
    return view


def push_modal(workspace: Workspace, user: str, shown: Json) -> View:
    stack = workspace.modals[user]
    if len(stack) >= DEPTH:
        raise SlackError("push_limit_reached")
    view = _new(workspace, user, shown)
    view.root_id, view.previous_id = stack[0].id, stack[-1].id
    stack.append(view)
    workspace.feed.add(ChangeKind.VIEW_OPENED, user=user, view_id=view.id, callback_id=view.callback_id)
    return view


def update(workspace: Workspace, view: View, shown: Json) -> View:
    view.replace(_dressed(workspace, shown), _hash(workspace))
    kind = ChangeKind.HOME_PUBLISHED if view.type == "home" else ChangeKind.VIEW_UPDATED
    workspace.feed.add(kind, user=view.user, view_id=view.id)
    return view


def publish(workspace: Workspace, user: str, shown: Json) -> View:
    if user in workspace.homes:
        return update(workspace, workspace.homes[user], shown)
    view = workspace.homes[user] = _new(workspace, user, shown)
    workspace.feed.add(ChangeKind.HOME_PUBLISHED, user=user, view_id=view.id)
    return view


def close(workspace: Workspace, user: str, *, everything: bool = False) -> list[View]:
    """Takes the topmost modal away, or the whole stack. Returns what was closed, the topmost first."""
    stack = workspace.modals.get(user, [])
    keep = 0 if everything else max(len(stack) - 1, 0)
    closed = stack[keep:][::-1]
    del stack[keep:]
    for view in closed:
        workspace.feed.add(ChangeKind.VIEW_CLOSED, user=user, view_id=view.id)
    return closed


def all_views(workspace: Workspace) -> Iterator[View]:
    yield from workspace.homes.values()
    for stack in workspace.modals.values():
        yield from stack


def _new(workspace: Workspace, user: str, shown: Json) -> View:
    dressed = _dressed(workspace, shown)
    view = View(f"V{workspace.number():06d}", user, dressed, _hash(workspace))
    view.values = first_values(dressed["blocks"])
    return view


def _dressed(workspace: Workspace, shown: Json) -> Json:
    return {**shown, "blocks": dress(workspace, shown["blocks"])}


def _hash(workspace: Workspace) -> str:
    return f"{int(workspace.now())}.h{workspace.number()}"
