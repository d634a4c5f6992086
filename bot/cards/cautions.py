"""The modal that opens in place of a post while there is something to think of before its author is answered."""

from typing import Any

from bot.cards import action_ids
from bot.cards.block_kit import Block, make_actions, make_button, make_context, make_plain_text, make_section
from bot.cards.case_mention import format_author, format_outlet
from bot.cards.modal_blocks import ModalMetadata, make_modal
from bot.cards.sanitize import sanitize_url
from bot.domain.case import Case

OVER = "That is over by now: nothing speaks against an answer."
HOW = "It's your call. `/sentiment` counts how often somebody goes on, without names."
WENT_ON = "Counted. Press *Undo* if you don't answer after all."


def render_caution_modal(case: Case, words: str, origin: ModalMetadata, *, went_on: bool = False) -> dict[str, Any]:
    """Return the modal with the link. `words` are what to think of; empty: nothing any more."""
    note = WENT_ON if went_on else HOW
    buttons = [*_render_link(case), *([make_button("Undo", action_ids.OPEN_UNDO, case.id)] if went_on else [])]
    return make_modal(
        action_ids.CAUTION,
        "Before you answer",
        "",
        origin,
        make_section(make_plain_text(f"⚠️ {words}" if words else OVER)),
        *([make_actions(*buttons)] if buttons else []),
        *([make_context(note)] if words else []),
        close="Close",
    )


def _render_link(case: Case) -> list[Block]:
    """Return the link to the post; [] where it is not safe to follow: it may have changed since the card was drawn."""
    if not (url := sanitize_url(case.mention.url)):
        return []
    words, label = f"Open on {format_outlet(case.mention)}", f"Open the post of {format_author(case.mention)}"
    return [make_button(words, action_ids.OPEN_ANYWAY, case.id, url=url, a11y_label=label)]
