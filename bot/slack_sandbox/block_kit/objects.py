"""Composition objects: texts, options, confirmations, rich text."""

from collections.abc import Mapping

from bot.slack_sandbox.block_kit.schema import (
    BodyLocation,
    Check,
    Faults,
    Rule,
    check_by_type,
    check_enum,
    check_flag,
    check_int,
    check_list,
    check_object,
    check_text,
    check_url,
    require_one_of,
)
from bot.slack_sandbox.slack_errors import Json

ID = check_text(255)
NAMED: Mapping[str, Check] = {"block_id": ID}


def check_plain_text(most: int) -> Check:
    return check_by_type({"plain_text": check_object({"text": check_text(most)}, {"emoji": check_flag})})


def check_any_text(most: int) -> Check:
    mrkdwn = check_object({"text": check_text(most)}, {"verbatim": check_flag})
    return check_by_type({"plain_text": check_plain_text(most), "mrkdwn": mrkdwn})


def check_elements(kinds: Mapping[str, Check], most: int, optional: Mapping[str, Check] = NAMED) -> Check:
    """Check an object with up to `most` `elements` of these types."""
    return check_object({"elements": check_list(check_by_type(kinds), 1, most)}, optional)


SHORT_TEXT, VALUE = check_plain_text(75), check_text(150)


CONFIRM = check_object(
    {
        "title": check_plain_text(100),
        "text": check_any_text(300),
        "confirm": check_plain_text(30),
        "deny": check_plain_text(30),
    },
    {"style": check_enum("primary", "danger")},
)
SLACK_FILE = check_object({}, {"id": check_text(255), "url": check_url}, require_one_of("id", "url"))
PICTURE = {"image_url": check_url, "slack_file": SLACK_FILE}
IMAGE = check_object({"alt_text": check_text(2000)}, PICTURE, require_one_of("image_url", "slack_file"))
IMAGE_ELEMENT = check_by_type({"image": IMAGE})

OPTION = check_object({"text": SHORT_TEXT, "value": VALUE}, {"description": SHORT_TEXT})
RICH_OPTION = check_object({"text": check_any_text(75), "value": VALUE}, {"description": check_any_text(75)})
OVERFLOW_OPTION = check_object({"text": SHORT_TEXT, "value": VALUE}, {"description": SHORT_TEXT, "url": check_url})
GROUP = check_object({"label": SHORT_TEXT, "options": check_list(OPTION)})
TRIGGERS = check_enum("on_enter_pressed", "on_character_entered")
DISPATCH = check_object({}, {"trigger_actions_on": check_list(TRIGGERS, 1, 2)})
FILTER = check_object(
    {},
    {
        "include": check_list(check_enum("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": check_flag,
        "exclude_bot_users": check_flag,
    },
    require_one_of("include", "exclude_external_shared_channels", "exclude_bot_users", exactly=False),
)


def require_initial_option(key: str) -> Rule:
    """Require that what is selected initially equals one of the options."""

    def check(element: Json, at: BodyLocation) -> Faults:
        initial = element.get(key)
        chosen = initial if isinstance(initial, list) else [initial] if initial else []
        groups = element.get("option_groups") or []
        options = [*(element.get("options") or []), *(option for group in groups for option in group["options"])]
        for each in chosen:
            if each not in options:
                yield at.enter_key(key).format_fault("must be one of the options")

    return check


def require_distinct_options(element: Json, at: BodyLocation) -> Faults:
    values = [option["value"] for option in element.get("options") or []]
    if len(values) != len(set(values)):
        yield at.enter_key("options").format_fault("option values must be unique")


RICH_TEXT_MOST = 3000
STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
STYLED: Mapping[str, Check] = {"style": check_object({}, dict.fromkeys(STYLES, check_flag))}
RUNS: Mapping[str, Check] = {
    "text": check_object({"text": check_text(RICH_TEXT_MOST * 4)}, STYLED),
    "link": check_object({"url": check_url}, {**STYLED, "text": check_text(RICH_TEXT_MOST), "unsafe": check_flag}),
    "user": check_object({"user_id": check_text(255)}, STYLED),
    "usergroup": check_object({"usergroup_id": check_text(255)}, STYLED),
    "channel": check_object({"channel_id": check_text(255)}, STYLED),
    "team": check_object({"team_id": check_text(255)}, STYLED),
    "broadcast": check_object({"range": check_enum("here", "channel", "everyone")}, STYLED),
    "emoji": check_object(
        {"name": check_text(255)},
        {**STYLED, "unicode": check_text(255), "skin_tone": check_int(1, 6), "url": check_url},
    ),
    "color": check_object({"value": check_text(7)}, STYLED),
    "date": check_object(
        {"timestamp": check_int(0, 99_999_999_999), "format": check_text(255)},
        {**STYLED, "url": check_url, "fallback": check_text(RICH_TEXT_MOST)},
    ),
}
RICH_SECTION = check_object({"elements": check_list(check_by_type(RUNS), 0, 1000)})
BORDER: Mapping[str, Check] = {"border": check_int(0, 1)}
PARTS: Mapping[str, Check] = {
    "rich_text_section": RICH_SECTION,
    "rich_text_list": check_object(
        {
            "style": check_enum("bullet", "ordered"),
            "elements": check_list(check_by_type({"rich_text_section": RICH_SECTION}), 1, 1000),
        },
        {**BORDER, "indent": check_int(0, 8), "offset": check_int(0, 10_000)},
    ),
    "rich_text_preformatted": check_elements(
        {"text": RUNS["text"], "link": RUNS["link"]}, 1000, {**BORDER, "language": check_text(50)}
    ),
    "rich_text_quote": check_elements(RUNS, 1000, BORDER),
}
RICH_TEXT = check_by_type({"rich_text": check_elements(PARTS, 1000)})
