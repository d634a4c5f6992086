from typing import Any

import pytest

from bot.slack_sandbox.block_kit import check_message
from tests.slack_sandbox.shapes import (
    CARD,
    IMAGE,
    TASK,
    Block,
    actions,
    bars,
    button,
    cell,
    menu,
    mrkdwn,
    options,
    pie,
    plain,
    question,
    rich,
    rows,
    run,
    section,
)

GOOD = [
    section(fields=[mrkdwn()] * 10, accessory=button(style="danger", value="7", url="https://example.com")),
    {"type": "header", "text": plain()},
    {"type": "divider"},
    IMAGE | {"title": plain()},
    {"type": "context", "elements": [mrkdwn(), IMAGE]},
    actions(button(), menu(initial_option=options("a")[0]), {"type": "users_select", "action_id": "whom"}),
    actions({"type": "datepicker", "initial_date": "2026-11-22"}, {"type": "timepicker", "initial_time": "04:00"}),
    section(accessory={"type": "overflow", "action_id": "more", "options": options("a")}),
    section(accessory={"type": "checkboxes", "options": [{"text": mrkdwn(), "value": "a"}]}),
    section(accessory={"type": "multi_users_select", "initial_users": ["U0ANA"], "max_selected_items": 2}),
    run(type="text", text="bold", style={"bold": True}),
    run(type="link", url="https://example.com", text="there"),
    rich({"type": "rich_text_list", "style": "bullet", "elements": [{"type": "rich_text_section", "elements": []}]}),
    rich({"type": "rich_text_quote", "elements": [{"type": "user", "user_id": "U0ANA"}]}),
    rich({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}], "border": 0}),
    {"type": "markdown", "text": "**bold**"},
    {"type": "table", "rows": rows(100, 20), "column_settings": [{"align": "right"}]},
    {"type": "data_table", "caption": "Cases", "rows": rows(101), "page_size": 10},
    bars(),
    pie(1, 2, 3),
    CARD,
    {"type": "carousel", "elements": [CARD, CARD]},
    {"type": "container", "title": plain(), "child_blocks": [section(), actions(button())]},
    {"type": "plan", "title": "Plan", "tasks": [TASK]},
    TASK,
    {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": plain()}]},
    {"type": "file", "external_id": "f1", "source": "remote"},
    question(),
]

BAD = [
    ("no type", {"text": mrkdwn()}, "/blocks/0", "missing required field: type"),
    ("unknown type", {"type": "sektion"}, "/blocks/0/type", "unsupported type: sektion"),
    ("not an object", "section", "/blocks/0", "must provide an object"),
    ("typo in a key", section(txt="x"), "/blocks/0", "invalid additional property: txt"),
    ("nothing in it", {"type": "section"}, "/blocks/0", "missing required field: text or fields"),
    ("empty text", section(text=mrkdwn("")), "/blocks/0/text/text", "must be more than 0 characters"),
    ("blank text", section(text=mrkdwn("  ")), "/blocks/0/text/text", "must be more than blanks"),
    ("text too long", section(text=mrkdwn("x" * 3001)), "/blocks/0/text/text", "must be less than 3001"),
    ("text no string", section(text=mrkdwn(7)), "/blocks/0/text/text", "must provide a string"),  # type: ignore[arg-type]
    ("field too long", section(fields=[mrkdwn("x" * 2001)]), "/blocks/0/fields/0/text", "must be less than 2001"),
    ("eleven fields", section(fields=[mrkdwn()] * 11), "/blocks/0/fields", "no more than 10 items"),
    ("header too long", {"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text", "less than 151"),
    ("header in markup", {"type": "header", "text": mrkdwn()}, "/blocks/0/text/type", "unsupported type: mrkdwn"),
    ("button in markup", actions(button(text=mrkdwn())), "/blocks/0/elements/0/text/type", "unsupported type"),
    ("button too long", actions(button(text=plain("x" * 76))), "/blocks/0/elements/0/text/text", "less than 76"),
    ("button value", actions(button(value="x" * 2001)), "/blocks/0/elements/0/value", "less than 2001"),
    ("button style", actions(button(style="loud")), "/blocks/0/elements/0/style", "valid enum value"),
    ("button url", actions(button(url="javascript:x")), "/blocks/0/elements/0/url", "invalid url"),
    ("long action id", actions(button(action_id="x" * 256)), "/blocks/0/elements/0/action_id", "less than 256"),
    ("long block id", section(block_id="x" * 256), "/blocks/0/block_id", "less than 256"),
    ("an action id twice", actions(button(), button()), "/blocks/0", "action_id 'claim' already exists"),
    ("no elements", actions(), "/blocks/0/elements", "no fewer than 1"),
    ("26 buttons", actions(*[button(action_id=str(n)) for n in range(26)]), "/blocks/0/elements", "more than 25"),
    ("11 in context", {"type": "context", "elements": [mrkdwn()] * 11}, "/blocks/0/elements", "more than 10"),
    ("button in context", {"type": "context", "elements": [button()]}, "/blocks/0/elements/0/type", "unsupported"),
    ("input in actions", actions({"type": "plain_text_input"}), "/blocks/0/elements/0/type", "unsupported type"),
    ("option value", actions(menu(options=options("x" * 76 * 2))), "/blocks/0/elements/0/options/0/value", "151"),
    ("option twice", actions(menu(options=options("a", "a"))), "/blocks/0/elements/0/options", "must be unique"),
    ("101 options", actions(menu(options=options(*map(str, range(101))))), "/blocks/0/elements/0/options", "100"),
    ("initial option", actions(menu(initial_option=options("c")[0])), "/blocks/0/elements/0/initial_option", "one of"),
    (
        "options and groups",
        actions(menu(option_groups=[{"label": plain(), "options": options("a")}])),
        "/blocks/0/elements/0",
        "only one of",
    ),
    (
        "6 in an overflow",
        section(accessory={"type": "overflow", "options": options(*"abcdef")}),
        "/blocks/0/accessory/options",
        "more than 5",
    ),
    (
        "11 radio buttons",
        section(accessory={"type": "radio_buttons", "options": options(*"abcdefghijk")}),
        "/blocks/0/accessory/options",
        "more than 10",
    ),
    (
        "a date",
        actions({"type": "datepicker", "initial_date": "22.11."}),
        "/blocks/0/elements/0/initial_date",
        "a date",
    ),
    (
        "confirm half done",
        actions(button(confirm={"title": plain()})),
        "/blocks/0/elements/0/confirm",
        "missing required",
    ),
    ("image without alt", {"type": "image", "image_url": "https://x.example/"}, "/blocks/0", "field: alt_text"),
    ("image from nowhere", {"type": "image", "alt_text": "a"}, "/blocks/0", "image_url or slack_file"),
    ("image url too long", IMAGE | {"image_url": "https://" + "x" * 3000}, "/blocks/0/image_url", "less than 3001"),
    ("empty run", run(type="text", text=""), "/blocks/0/elements/0/elements/0/text", "more than 0"),
    ("run style", run(type="text", text="x", style={"bald": True}), "/blocks/0/elements/0/elements/0/style", "bald"),
    ("broadcast", run(type="broadcast", range="all"), "/blocks/0/elements/0/elements/0/range", "valid enum"),
    ("alert in a message", {"type": "alert", "text": plain()}, "/blocks/0/type", "unsupported type: alert"),
    ("chart title", bars() | {"title": "x" * 51}, "/blocks/0/title", "less than 51"),
    ("chart labels", bars(axis_config={"categories": ["mon"]}), "/blocks/0/chart/series/0", "match the categories"),
    ("7 segments", pie(1, 2, 3, 4, 5, 6, 7), "/blocks/0/chart/segments", "more than 6"),
    ("nothing of a pie", pie(1, 0), "/blocks/0/chart/segments", "more than 0"),
    ("101 table rows", {"type": "table", "rows": rows(101)}, "/blocks/0/rows", "more than 100"),
    (
        "uneven rows",
        {"type": "data_table", "caption": "c", "rows": [[cell()], [cell(), cell()]]},
        "/blocks/0/rows",
        "same number",
    ),
    ("no caption", {"type": "data_table", "rows": rows(2)}, "/blocks/0", "missing required field: caption"),
    ("card body", {"type": "card", "body": mrkdwn("x" * 201)}, "/blocks/0/body/text", "less than 201"),
    (
        "11 children",
        {"type": "container", "title": plain(), "child_blocks": [section()] * 11},
        "/blocks/0/child_blocks",
        "more than 10",
    ),
    (
        "container in container",
        {"type": "container", "title": plain(), "child_blocks": [{"type": "container"}]},
        "/blocks/0/child_blocks/0/type",
        "unsupported",
    ),
    ("plan without a title", {"type": "plan", "tasks": [TASK]}, "/blocks/0", "missing required field: title"),
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: str(block["type"]))
def test_a_good_block_passes(block: Block) -> None:
    assert check_message([block]) == []


@pytest.mark.parametrize(("block", "pointer", "words"), [row[1:] for row in BAD], ids=[str(row[0]) for row in BAD])
def test_a_bad_block_is_named_with_its_place(block: Any, pointer: str, words: str) -> None:
    faults = check_message([block])

    assert any(f"json-pointer:{pointer}]" in fault and words in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([section()] * 51, "no more than 50 items"),
        ([section(block_id="a"), section(block_id="a")], "block_id 'a' already exists"),
        ([{"type": "table", "rows": rows(1)}] * 2, "no more than 1 table"),
        ([bars()] * 3, "no more than 2 data_visualization"),
        ([{"type": "markdown", "text": "x" * 6001}] * 2, "markdown must be less than 12001"),
    ],
)
def test_what_is_good_alone_may_be_too_much_together(blocks: list[Block], words: str) -> None:
    assert any(words in fault for fault in check_message(blocks))
