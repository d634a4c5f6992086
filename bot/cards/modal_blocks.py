"""The parts of modals: metadata, inputs, options."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

from bot.cards import action_ids
from bot.cards.block_kit import Block, make_line, make_plain_text, make_rich_text, make_run, make_user_mention
from bot.cards.sanitize import sanitize_line
from bot.domain.department import Department
from bot.domain.spikes.episode_transitions import MAX_FACTS

MAX_OPTIONS = 99
"""Options of a select; Slack allows 100."""


class ModalMetadata(NamedTuple):
    """Where a modal was opened: the case, and the response_url that updates its card, or ''.

    `home` is the state of the Home tab, and `place` the block there, if it was opened from there. `labels` are those
    of the person, with commas, as the form shows them, so that only what was changed in it is saved. `saves`: how often
    it was saved.
    """

    case: str
    response_url: str = ""
    channel: str = ""
    ts: str = ""
    home: str = ""
    place: str = ""
    labels: str = ""
    saves: int = 0

    def to_json(self) -> str:
        return json.dumps(self, separators=(",", ":"))

    @classmethod
    def from_json(cls, metadata: str) -> Self:
        return cls(*json.loads(metadata))


def make_option(words: str, value: str) -> Block:
    return {"text": make_plain_text(words, 75), "value": value}


def make_select(options: list[Block]) -> Block:
    return {"type": "static_select", "options": options, "placeholder": make_plain_text("Choose one")}


def make_department_options(departments: Iterable[Department]) -> list[Block]:
    return [make_option(one.name, one.name) for one in departments][:MAX_OPTIONS]


def make_input(block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    made: Block = {
        "type": "input",
        "block_id": block_id,
        "label": make_plain_text(label),
        "element": {**element, "action_id": action_ids.INPUT},
    }
    if hint:
        made["hint"] = make_plain_text(hint)
    return {**made, "optional": True} if optional else made


def make_modal(
    callback: str, title: str, submit: str, origin: ModalMetadata, *blocks: Block, close: str = "Cancel"
) -> dict[str, Any]:
    """Return a modal; without a `submit` it can only be closed."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback,
        "title": make_plain_text(title, 24),
        "close": make_plain_text(close, 24),
        "private_metadata": origin.to_json(),
        "blocks": list(blocks),
    }
    return {**view, "submit": make_plain_text(submit, 24)} if submit else view


def render_facts(facts: str, by: str = "") -> list[Block]:
    """Return the facts that colleagues share; none if there are none."""
    words = sanitize_line(facts, MAX_FACTS)
    who = [make_run(" · "), make_user_mention(by)] if by else []
    return [make_rich_text(make_line(make_run("Facts: ", bold=True), make_run(words), *who))] if words else []
