"""What a person does on the page, done as in Slack: by that person, to what they see."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.sandbox import choices, commands, posting
from bot.sandbox.errors import Json
from bot.sandbox.feed import ChangeKind
from bot.sandbox.messages import Message
from bot.sandbox.outcomes import Outcome, Refused
from bot.sandbox.people import Person
from bot.sandbox.views import View
from bot.sandbox.workspace import Channel, Workspace

Act = Callable[[Workspace, Person, Json], Awaitable[Outcome | list[Json] | None]]


class BadAct(Exception):  # noqa: N818 - it is what it says
    """The page asked for something that makes no sense; nothing was done."""


async def click(workspace: Workspace, person: Person, body: Json) -> Outcome:
    value = None if body.get("value") is None else _words(body, "value")
    holder = _holder(workspace, person, body)
    with _still_there():
        return await person.click(holder, _words(body, "what"), value=value, block_id=_words(body, "block"))


async def choose(workspace: Workspace, person: Person, body: Json) -> Outcome:
    holder = _holder(workspace, person, body)
    what, block = _words(body, "what"), _words(body, "block")
    with _still_there():
        return await person.choose(holder, what, value=body.get("value"), block_id=block)


async def suggest(workspace: Workspace, person: Person, body: Json) -> list[Json]:
    holder = _holder(workspace, person, body)
    with _still_there():
        return await person.looks_for(
            holder, _words(body, "what"), _words(body, "value"), block_id=_words(body, "block")
        )


@contextmanager
def _still_there() -> Iterator[None]:
    """A page is drawn a moment after what it shows has changed."""
    try:
        yield
    except choices.NotThere:
        raise Refused("what you pressed is not there any more; it has changed meanwhile") from None


async def fill(_: Workspace, person: Person, body: Json) -> Outcome | None:
    _require_open(person, body)
    return await person.fill(_words(body, "block"), body.get("value"))


async def submit(_: Workspace, person: Person, body: Json) -> Outcome:
    """With all that stands in the form: what was typed last may not have been told before."""
    _require_open(person, body)
    values = body.get("values") or {}
    if not isinstance(values, dict):
        raise BadAct("values: an object was expected")
    for block, value in values.items():
        await _fill_quietly(person, block, value)
    return await person.submit()


async def _fill_quietly(person: Person, block: str, value: Any) -> None:
    """Fields that tell the app of each change have told it already."""
    assert person.modal is not None
    found = next((one for one in person.modal.blocks if one.get("block_id") == block), None)
    if found is not None and not found.get("dispatch_action"):
        await person.fill(block, value)


async def close(_: Workspace, person: Person, body: Json) -> Outcome:
    _require_open(person, body)
    return await person.close_modal(everything=bool(body.get("everything")))


async def types(workspace: Workspace, person: Person, body: Json) -> Outcome:
    return await person.types(_words(body, "text"), in_channel=_channel(workspace, person, body).id)


async def says(workspace: Workspace, person: Person, body: Json) -> None:
    channel = _channel(workspace, person, body)
    thread = channel.find(str(body["thread"])) if body.get("thread") else None
    await person.says(_written(workspace, _words(body, "text")), in_channel=channel.id, thread=thread)


async def shortcut(workspace: Workspace, person: Person, body: Json) -> Outcome:
    on = _message(workspace, person, body) if body.get("ts") else None
    return await person.shortcut(_words(body, "what"), on=on)


async def opens_home(_: Workspace, person: Person, __: Json) -> Outcome:
    return await person.opens_home()


async def reads(workspace: Workspace, person: Person, body: Json) -> None:
    channel = _channel(workspace, person, body)
    if channel.unread(person.user.id):
        person.reads(channel.id)
        workspace.feed.add(ChangeKind.READ, channel=channel.id, user=person.user.id)


async def dismiss(workspace: Workspace, person: Person, body: Json) -> None:
    """What only this person sees; others' messages cannot be dismissed."""
    message = _message(workspace, person, body)
    if message.ephemeral_to != person.user.id:
        raise Refused("others see that message too")
    posting.unwhisper(workspace, message)


ACTS: dict[str, Act] = {
    "click": click,
    "choose": choose,
    "suggest": suggest,
    "fill": fill,
    "submit": submit,
    "close": close,
    "types": types,
    "says": says,
    "shortcut": shortcut,
    "opens_home": opens_home,
    "reads": reads,
    "dismiss": dismiss,
}


def _written(workspace: Workspace, typed: str) -> str:
    """As the client sends it: what was typed is no markup, and a name that somebody has is that person."""
    plain = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return commands.escaped(workspace, "", plain)


def _words(body: Json, key: str) -> str:
    found = body.get(key)
    if not isinstance(found, str) or not found:
        raise BadAct(f"{key}: a string was expected")
    return found


def _channel(workspace: Workspace, person: Person, body: Json) -> Channel:
    channel = workspace.channels.get(_words(body, "channel"))
    if channel is None or not channel.open_to(person.user.id):
        raise Refused(f"{person.user.name} does not see that channel")
    return channel


def _message(workspace: Workspace, person: Person, body: Json) -> Message:
    channel, ts = _channel(workspace, person, body), _words(body, "ts")
    private = (one for one in person.sees_only if (one.channel, one.ts) == (channel.id, ts))
    message = channel.find(ts) or next(private, None)
    if message is None:
        raise Refused("that message is not there any more")
    return message


def _holder(workspace: Workspace, person: Person, body: Json) -> Message | View:
    if not body.get("view"):
        return _message(workspace, person, body)
    for view in (person.modal, person.home):
        if view is not None and view.id == body["view"]:
            return view
    raise Refused("that view is not open any more")


def _require_open(person: Person, body: Json) -> None:
    if person.modal is None or person.modal.id != body.get("view"):
        raise Refused("that form is not open any more")
