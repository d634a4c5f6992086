"""The actions of the page, performed as the person would in Slack."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from bot.slack_sandbox import interactive_elements, posting
from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.people import SlackUser
from bot.slack_sandbox.results import ClientRefusedError, DeliveryOutcome
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.views import SlackView
from bot.slack_sandbox.workspace import SlackWorkspace, WorkspaceChannel

Act = Callable[[SlackWorkspace, SlackUser, Json], Awaitable[DeliveryOutcome | list[Json] | None]]


class InvalidUserActionError(Exception):
    """The request of the page is malformed; nothing was done."""


async def handle_click(workspace: SlackWorkspace, person: SlackUser, body: Json) -> DeliveryOutcome:
    value = None if body.get("value") is None else _require_string(body, "value")
    holder = _find_holder(workspace, person, body)
    what, block = _require_string(body, "what"), _require_string(body, "block")
    with _explain_stale_element():
        return await person.click_button(holder, what, value=value, block_id=block)


async def handle_choice(workspace: SlackWorkspace, person: SlackUser, body: Json) -> DeliveryOutcome:
    holder = _find_holder(workspace, person, body)
    what, block = _require_string(body, "what"), _require_string(body, "block")
    with _explain_stale_element():
        return await person.choose_option(holder, what, value=body.get("value"), block_id=block)


async def suggest_options(workspace: SlackWorkspace, person: SlackUser, body: Json) -> list[Json]:
    holder = _find_holder(workspace, person, body)
    what, block = _require_string(body, "what"), _require_string(body, "block")
    with _explain_stale_element():
        return await person.search_options(holder, what, _require_string(body, "value"), block_id=block)


@contextmanager
def _explain_stale_element() -> Iterator[None]:
    """Turn a missing element into a sentence: the page may show an outdated message."""
    try:
        yield
    except interactive_elements.ElementNotFoundError:
        raise ClientRefusedError("this changed while you looked at it, and the button is gone") from None


async def handle_input(_: SlackWorkspace, person: SlackUser, body: Json) -> DeliveryOutcome | None:
    _require_modal(person, body)
    return await person.fill_field(_require_string(body, "block"), body.get("value"))


async def handle_submit(_: SlackWorkspace, person: SlackUser, body: Json) -> DeliveryOutcome:
    """Fill in all fields, since the last input may not have been sent yet, and submit."""
    _require_modal(person, body)
    values = body.get("values") or {}
    if not isinstance(values, dict):
        raise InvalidUserActionError("values: an object was expected")
    known = {str(one.get("block_id")) for one in person.modal.blocks} if person.modal else set[str]()
    for block in known & values.keys():
        await person.fill_field(block, values[block], silent=True)
    return await person.submit()


async def handle_close(_: SlackWorkspace, person: SlackUser, body: Json) -> DeliveryOutcome:
    _require_modal(person, body)
    return await person.close_modal(everything=bool(body.get("everything")))


async def handle_command(workspace: SlackWorkspace, person: SlackUser, body: Json) -> DeliveryOutcome:
    channel = _require_open_channel(workspace, person, body)
    return await person.type_command(_require_string(body, "text"), in_channel=channel.id)


async def handle_message(workspace: SlackWorkspace, person: SlackUser, body: Json) -> None:
    channel = _require_open_channel(workspace, person, body)
    thread = channel.find(str(body["thread"])) if body.get("thread") else None
    text = _escape_typed(workspace, _require_string(body, "text"))
    await person.post_message(text, in_channel=channel.id, thread=thread)


async def handle_shortcut(workspace: SlackWorkspace, person: SlackUser, body: Json) -> DeliveryOutcome:
    on = _find_message(workspace, person, body) if body.get("ts") else None
    return await person.use_shortcut(_require_string(body, "what"), on=on)


async def handle_home(_: SlackWorkspace, person: SlackUser, __: Json) -> DeliveryOutcome:
    return await person.open_home()


async def mark_read(workspace: SlackWorkspace, person: SlackUser, body: Json) -> None:
    channel = _require_open_channel(workspace, person, body)
    if channel.count_unread(person.user.id):
        person.read_channel(channel.id)
        workspace.feed.add(ChangeKind.READ, channel=channel.id, user=person.user.id)


async def dismiss_message(workspace: SlackWorkspace, person: SlackUser, body: Json) -> None:
    """Dismiss an ephemeral message; others cannot be dismissed."""
    message = _find_message(workspace, person, body)
    if message.ephemeral_to != person.user.id:
        raise ClientRefusedError("others see that message too")
    posting.remove_ephemeral(workspace, message)


ACTS: dict[str, Act] = {
    "click": handle_click,
    "choose": handle_choice,
    "suggest": suggest_options,
    "fill": handle_input,
    "submit": handle_submit,
    "close": handle_close,
    "types": handle_command,
    "says": handle_message,
    "shortcut": handle_shortcut,
    "opens_home": handle_home,
    "reads": mark_read,
    "dismiss": dismiss_message,
}


LOOKING = (mark_read, handle_home)
"""What a page does by itself when somebody looks."""


def _escape_typed(workspace: SlackWorkspace, typed: str) -> str:
    """Escape the text as the client does, and turn known names into mentions."""
    plain = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return posting.escape_references(workspace, "", plain)


def _require_string(body: Json, key: str) -> str:
    found = body.get(key)
    if not isinstance(found, str) or not found:
        raise InvalidUserActionError(f"{key}: a string was expected")
    return found


def _require_open_channel(workspace: SlackWorkspace, person: SlackUser, body: Json) -> WorkspaceChannel:
    channel = workspace.channels.get(_require_string(body, "channel"))
    if channel is None or not channel.is_open_to(person.user.id):
        raise ClientRefusedError(f"{person.user.name} does not see that channel")
    return channel


def _find_message(workspace: SlackWorkspace, person: SlackUser, body: Json) -> SlackMessage:
    channel, ts = _require_open_channel(workspace, person, body), _require_string(body, "ts")
    private = (one for one in person.ephemeral_messages if (one.channel, one.ts) == (channel.id, ts))
    message = channel.find(ts) or next(private, None)
    if message is None:
        raise ClientRefusedError("that message is gone")
    return message


def _find_holder(workspace: SlackWorkspace, person: SlackUser, body: Json) -> SlackMessage | SlackView:
    if not body.get("view"):
        return _find_message(workspace, person, body)
    for view in (person.modal, person.home):
        if view is not None and view.id == body["view"]:
            return view
    raise ClientRefusedError("that view is not open any more")


def _require_modal(person: SlackUser, body: Json) -> None:
    if person.modal is None or person.modal.id != body.get("view"):
        raise ClientRefusedError("that form is not open any more")
