"""Composition objects: texts, options, confirmations."""

from bot.slack_sandbox.block_kit.schema import (
    BodyLocation,
    Check,
    Faults,
    Rule,
    check_by_type,
    check_enum,
    check_flag,
    check_list,
    check_object,
    check_text,
    check_url,
    require_one_of,
)
from bot.slack_sandbox.slack_errors import Json

ID = check_text(255)


def check_plain_text(most: int) -> Check:
    return check_by_type({"plain_text": check_object({"text": check_text(most)}, {"emoji": check_flag})})


def check_any_text(most: int) -> Check:
    return check_by_type(
        {
            "plain_text": check_object({"text": check_text(most)}, {"emoji": check_flag}),
            "mrkdwn": check_object({"text": check_text(most)}, {"verbatim": check_flag}),
        }
    )


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

OPTION = check_object({"text": check_plain_text(75), "value": check_text(150)}, {"description": check_plain_text(75)})
RICH_OPTION = check_object({"text": check_any_text(75), "value": check_text(150)}, {"description": check_any_text(75)})
OVERFLOW_OPTION = check_object(
    {"text": check_plain_text(75), "value": check_text(150)}, {"description": check_plain_text(75), "url": check_url}
)
GROUP = check_object({"label": check_plain_text(75), "options": check_list(OPTION)})
DISPATCH = check_object(
    {}, {"trigger_actions_on": check_list(check_enum("on_enter_pressed", "on_character_entered"), 1, 2)}
)
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
    """What is chosen at first must be one of the options, letter for letter."""

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
