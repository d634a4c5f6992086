from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models import blocks as models

from bot.slack_sandbox.block_kit import check_message, check_view
from tests.slack_sandbox.test_blocks import GOOD

KEYS = st.sampled_from(["type", "text", "elements", "element", "rows", "options", "value", "title", "blocks", "label"])
WORDS = st.sampled_from(["section", "actions", "button", "mrkdwn", "plain_text", "carousel", "table", "modal", "", "x"])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(JUNK, max_size=3))
def test_no_junk_makes_the_checker_stumble(junk: list[Any]) -> None:
    assert isinstance(check_message(junk), list)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(GOOD), st.data())
def test_no_good_block_with_one_part_spoilt_makes_it_stumble(block: dict[str, Any], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(block)))
    spoilt = block | {key: data.draw(JUNK)}

    assert isinstance(check_view({"type": "modal", "blocks": [spoilt]}), list)
    assert isinstance(check_message([spoilt]), list)


def test_what_the_sdk_models_build_is_accepted() -> None:
    button = models.ButtonElement(text="Claim", action_id="claim", value="7", style="primary")
    menu = models.StaticSelectElement(action_id="who", options=[models.Option(text="Ana", value="U0ANA")])
    built = [
        models.HeaderBlock(text="A case"),
        models.SectionBlock(text="*words*", fields=["one", "two"], accessory=menu),
        models.ActionsBlock(elements=[button]),
        models.ContextBlock(elements=[models.MarkdownTextObject(text="small")]),
        models.InputBlock(label="How?", element=models.PlainTextInputElement(action_id="how")),
        models.AlertBlock(text="Beware", level="info"),
    ]
    dicts = [block.to_dict() for block in built]

    assert check_message(dicts[:-1]) == []
    frame = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "t"},
        "submit": {"type": "plain_text", "text": "s"},
    }
    assert check_view(frame | {"blocks": dicts}) == []
