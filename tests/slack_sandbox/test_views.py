from typing import Any

import pytest

from bot.slack_sandbox.block_kit import check_view
from tests.slack_sandbox.shapes import actions, bars, button, modal, plain, question, rows, section

BAD_VIEWS = [
    ("title too long", modal(title=plain("x" * 25)), "/view/title/text", "less than 25"),
    ("no title", {"type": "modal", "blocks": []}, "/view", "missing required field: title"),
    ("input, no submit", {"type": "modal", "title": plain(), "blocks": [question()]}, "/view", "field: submit"),
    ("101 blocks", modal(*[section()] * 101), "/view/blocks", "more than 100"),
    ("metadata", modal(private_metadata="x" * 3001), "/view/private_metadata", "less than 3001"),
    ("callback id", modal(callback_id="x" * 256), "/view/callback_id", "less than 256"),
    ("typo in a key", modal(privat_metadata="x"), "/view", "invalid additional property"),
    ("block id twice", modal(section(block_id="a"), question(block_id="a")), "/view/blocks", "already exists"),
    ("table in a modal", modal({"type": "table", "rows": rows(2)}), "/view/blocks/0/type", "in a modal"),
    ("chart at home", {"type": "home", "blocks": [bars()]}, "/view/blocks/0/type", "in a home"),
    ("number without kind", modal(question({"type": "number_input"})), "/view/blocks/0/element", "is_decimal_allowed"),
    ("lengths crossed", modal(question({"type": "plain_text_input", "min_length": 9, "max_length": 3})), "/view/blocks/0/element", "min_length"),
    ("button as input", modal(question(button())), "/view/blocks/0/element/type", "unsupported type: button"),
    ("unknown view", {"type": "page", "blocks": []}, "/view/type", "unsupported type: page"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("view", "pointer", "words"), [row[1:] for row in BAD_VIEWS], ids=[str(row[0]) for row in BAD_VIEWS]
)
def test_a_bad_view_is_named_with_its_place(view: Any, pointer: str, words: str) -> None:
    faults = check_view(view)

    assert any(f"json-pointer:{pointer}]" in fault and words in fault for fault in faults), faults


def test_a_good_modal_and_a_good_home_pass() -> None:
    asked = [
        question(block_id="a"),
        question({"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}),
        question({"type": "rich_text_input", "action_id": "more"}, optional=True),
        question({"type": "file_input", "filetypes": ["png"], "max_files": 1}),
        {"type": "alert", "text": plain(), "level": "warning"},
    ]

    assert check_view(modal(*asked, close=plain("Back"), notify_on_close=True)) == []
    assert check_view({"type": "home", "blocks": [section(), actions(button())]}) == []
