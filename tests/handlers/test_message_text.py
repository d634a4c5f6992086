"""Whatever shape a message has, the words a person reads in it are in the form."""

from typing import Any

import pytest

from bot.cards import action_ids
from bot.slack_sandbox.block_kit import check_view
from handlers.message_text import extract_message_text, extract_message_url
from tests.handlers.slack_workspace import FakeSlackServer, Workspace

WORDS = "you lost my bag & <me>"
ESCAPED = "you lost my bag &amp; &lt;me&gt;"


def mrkdwn(words: str = ESCAPED) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": words}


def plain(words: str = WORDS) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def rich(*runs: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return {
        "type": "rich_text",
        "elements": [{"type": kind, "elements": list(runs) or [{"type": "text", "text": WORDS}]}],
    }


BLOCKS: dict[str, dict[str, Any]] = {
    "section": {"type": "section", "text": mrkdwn()},
    "section of plain text": {"type": "section", "text": plain()},
    "fields": {"type": "section", "fields": [mrkdwn(), plain("")]},
    "header": {"type": "header", "text": plain()},
    "context": {"type": "context", "elements": [{"type": "image", "image_url": "u", "alt_text": ""}, mrkdwn()]},
    "rich text": rich(),
    "quotation": rich(kind="rich_text_quote"),
    "code": rich(kind="rich_text_preformatted"),
    "list": {"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": rich()["elements"]}]},
    "markdown": {"type": "markdown", "text": ESCAPED},
    "image": {"type": "image", "image_url": "u", "title": plain(), "alt_text": ""},
    "alt text": {"type": "image", "image_url": "u", "alt_text": WORDS},
    "video": {"type": "video", "title": plain(), "description": plain(""), "alt_text": ""},
    "table": {"type": "table", "rows": [[{"type": "raw_text", "text": WORDS}]]},
    "table of rich text": {"type": "table", "rows": [[rich()]]},
    "section with a button": {
        "type": "section",
        "text": mrkdwn(),
        "accessory": {"type": "button", "text": plain("Press")},
    },
}
ATTACHED: dict[str, dict[str, Any]] = {
    "text": {"text": ESCAPED, "fallback": "other"},
    "fallback": {"fallback": ESCAPED},
    "pretext": {"pretext": ESCAPED},
    "title": {"title": ESCAPED, "title_link": "https://x.example/9"},
    "field": {"fields": [{"title": "", "value": ESCAPED}]},
    "block": {"blocks": [BLOCKS["section"]], "fallback": "[no preview available]"},
    "shared message": {"message_blocks": [{"message": {"blocks": [BLOCKS["rich text"]]}}], "fallback": "f"},
    "file": {"files": [{"title": WORDS}]},
}


@pytest.mark.parametrize("kind", BLOCKS)
@pytest.mark.parametrize("text", ["", None, "This content can't be displayed."])
def test_words_in_a_block_are_read(kind: str, text: str | None) -> None:
    actions = {"type": "actions", "elements": [{"type": "button", "text": plain("Press"), "action_id": "a"}]}

    assert extract_message_text({"text": text, "blocks": [BLOCKS[kind], {"type": "divider"}, actions]}) == WORDS


@pytest.mark.parametrize("kind", ATTACHED)
def test_words_in_an_attachment_are_read(kind: str) -> None:
    assert extract_message_text({"text": "", "attachments": [ATTACHED[kind]]}) == WORDS


def test_words_beside_each_other_stay_in_their_order() -> None:
    runs = (
        {"type": "user", "user_id": "U0ANA"},
        {"type": "text", "text": ": see "},
        {"type": "link", "url": "https://x.example/9", "text": "this"},
        {"type": "text", "text": " in "},
        {"type": "channel", "channel_id": "C1"},
        {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd"},
        {"type": "emoji", "name": "ours"},
        {"type": "broadcast", "range": "here"},
        {"type": "date", "timestamp": 1, "fallback": "today"},
    )

    assert (
        extract_message_text({"blocks": [rich(*runs), BLOCKS["header"]]})
        == f"@U0ANA: see this in #C1👋🏽:ours:@heretoday\n{WORDS}"
    )


def test_a_text_that_says_something_is_the_message() -> None:
    message = {"text": "look at this", "blocks": [BLOCKS["header"]], "attachments": [ATTACHED["text"]]}

    assert extract_message_text(message) == "look at this"


def test_a_link_that_unfurls_is_read_with_what_it_unfurls_to() -> None:
    message = {
        "text": "<https://x.example/9>",
        "attachments": [{"from_url": "https://x.example/9", "author_name": "marta", "text": ESCAPED}],
    }

    assert extract_message_text(message) == f"https://x.example/9\n{WORDS}"
    assert extract_message_url(message) == "https://x.example/9"


def test_the_address_is_where_an_attachment_leads_if_the_words_have_none() -> None:
    assert extract_message_url({"text": "", "attachments": [ATTACHED["title"]]}) == "https://x.example/9"


def test_a_file_without_words_is_its_title() -> None:
    assert extract_message_text(
        {"text": "", "files": [{"title": "complaint.png"}, {"name": "b.txt", "preview": "hello"}]}
    ) == ("complaint.png\nb.txt\nhello")


JUNK: tuple[Any, ...] = (None, 7, "text", [], {}, [[]], [None, 7, "x"], {"type": "section"}, [{"type": 5, "text": 7}])


@pytest.mark.parametrize("junk", JUNK)
def test_a_message_of_another_shape_is_no_error(junk: Any) -> None:
    extract_message_text(
        {"text": junk if isinstance(junk, str) else None, "blocks": junk, "attachments": junk, "files": junk}
    )
    extract_message_text({"attachments": [{"blocks": junk, "fields": junk, "message_blocks": junk, "files": junk}]})
    extract_message_text({"blocks": [{"type": "rich_text", "elements": junk}, {"type": "table", "rows": junk}]})
    extract_message_url({"attachments": junk, "text": ""})


def test_a_message_nested_without_end_is_read_as_far_as_is_useful() -> None:
    block: dict[str, Any] = {"type": "section", "text": mrkdwn()}
    for _ in range(5000):
        block = {"type": "rich_text", "elements": [block]}

    assert extract_message_text({"blocks": [block]}) == ""


async def test_a_bots_message_of_blocks_alone_fills_the_form(workspace: Workspace, slack: FakeSlackServer) -> None:
    await workspace.flag("", blocks=[BLOCKS["section"]], bot_id="B0FEED")

    (call,) = slack.list_calls("views.open")
    elements = {block["block_id"]: block["element"] for block in call["view"]["blocks"]}
    assert check_view(call["view"]) == []
    assert elements[action_ids.WORDS]["initial_value"] == WORDS


def test_a_message_of_another_app_is_read_with_the_blocks_of_its_attachments() -> None:
    beside = {"color": "ff0000", "fallback": "other", "blocks": [BLOCKS["section"]]}

    assert extract_message_text({"text": "", "blocks": [BLOCKS["header"]], "attachments": [beside]}) == (
        f"{WORDS}\n{WORDS}"
    )
