"""Opening, replacing and closing modals, which are stacked, and publishing Home tabs."""

from collections.abc import Iterator

from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.posting import assign_block_ids
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.views import SlackView, read_initial_values
from bot.slack_sandbox.workspace import SlackWorkspace

DEPTH = 3


def open_modal(workspace: SlackWorkspace, user: str, body: Json) -> SlackView:
    view = _create_view(workspace, user, body)
    workspace.modals[user] = [view]
    workspace.feed.add(ChangeKind.VIEW_OPENED, user=user, view_id=view.id, callback_id=view.callback_id)
    return view


def push_modal(workspace: SlackWorkspace, user: str, body: Json) -> SlackView:
    stack = workspace.modals[user]
    if len(stack) >= DEPTH:
        raise SlackError("push_limit_reached")
    view = _create_view(workspace, user, body)
    view.conversation_id, view.previous_id = stack[0].id, stack[-1].id
    stack.append(view)
    workspace.feed.add(ChangeKind.VIEW_OPENED, user=user, view_id=view.id, callback_id=view.callback_id)
    return view


def replace_view(workspace: SlackWorkspace, view: SlackView, body: Json) -> SlackView:
    view.update({**body, "blocks": assign_block_ids(workspace, body["blocks"])}, _make_hash(workspace))
    kind = ChangeKind.HOME_PUBLISHED if view.type == "home" else ChangeKind.VIEW_UPDATED
    workspace.feed.add(kind, user=view.user, view_id=view.id)
    return view


def publish_home(workspace: SlackWorkspace, user: str, body: Json) -> SlackView:
    if user in workspace.homes:
        return replace_view(workspace, workspace.homes[user], body)
    view = workspace.homes[user] = _create_view(workspace, user, body)
    workspace.feed.add(ChangeKind.HOME_PUBLISHED, user=user, view_id=view.id)
    return view


def close_modals(workspace: SlackWorkspace, user: str, *, everything: bool = False) -> list[SlackView]:
    """Close the topmost modal or the whole stack. Return the closed ones, topmost first."""
    stack = workspace.modals.get(user, [])
    keep = 0 if everything else max(len(stack) - 1, 0)
    closed = stack[keep:][::-1]
    del stack[keep:]
    for view in closed:
        workspace.feed.add(ChangeKind.VIEW_CLOSED, user=user, view_id=view.id)
    return closed


def iter_views(workspace: SlackWorkspace) -> Iterator[SlackView]:
    yield from workspace.homes.values()
    for stack in workspace.modals.values():
        yield from stack


def _create_view(workspace: SlackWorkspace, user: str, shown: Json) -> SlackView:
    blocks = assign_block_ids(workspace, shown["blocks"])
    view = SlackView(f"V{workspace.issue_number():06d}", user, {**shown, "blocks": blocks}, _make_hash(workspace))
    view.values = read_initial_values(blocks)
    return view


def _make_hash(workspace: SlackWorkspace) -> str:
    return f"{int(workspace.now())}.h{workspace.issue_number()}"
