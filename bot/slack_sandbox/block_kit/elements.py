"""Block elements: buttons, menus, pickers and inputs."""

from collections.abc import Mapping

from bot.slack_sandbox.block_kit.objects import (
    CONFIRM,
    DISPATCH,
    FILTER,
    GROUP,
    ID,
    IMAGE,
    OPTION,
    OVERFLOW_OPTION,
    RICH_OPTION,
    RICH_TEXT,
    SHORT_TEXT,
    check_plain_text,
    require_distinct_options,
    require_initial_option,
)
from bot.slack_sandbox.block_kit.schema import (
    BodyLocation,
    Check,
    Faults,
    Rule,
    allow_only_on,
    check_enum,
    check_flag,
    check_int,
    check_list,
    check_object,
    check_pattern,
    check_text,
    check_url,
    require_one_of,
)
from bot.slack_sandbox.slack_errors import Json

CONFIRMED: Mapping[str, Check] = {"action_id": ID, "confirm": CONFIRM}
COMMON: Mapping[str, Check] = {**CONFIRMED, "focus_on_load": check_flag}
HELD: Mapping[str, Check] = {**COMMON, "placeholder": check_plain_text(150)}
TYPED: Mapping[str, Check] = {
    "action_id": ID,
    "placeholder": check_plain_text(150),
    "dispatch_action_config": DISPATCH,
    "focus_on_load": check_flag,
}
DATE = check_pattern(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a date, YYYY-MM-DD")
TIME = check_pattern(r"([01]\d|2[0-3]):[0-5]\d", "a time, HH:mm")
DIGITS = check_pattern(r"-?\d+(\.\d+)?", "a number, written as a string")
PERSON = check_pattern(r"[UW]\w+", "a user's id")
PLACE = check_pattern(r"[CDGUW]\w+", "a conversation's id")
SEVERAL: Mapping[str, Check] = {"max_selected_items": check_int(1, 100)}
QUERY = check_int(0, 100)
ACCESSIBLE: Mapping[str, Check] = {"accessibility_label": check_text(75)}
STYLE = check_enum("primary", "danger")
FEEDBACK = check_object({"text": SHORT_TEXT, "value": check_text(2000)}, ACCESSIBLE)


def check_select(**more: Check) -> Check:
    return check_object({}, {**HELD, **more})


def check_static_select(key: str, **more: Check) -> Check:
    """Check a menu with static options."""
    options = {"options": check_list(OPTION), "option_groups": check_list(GROUP), key: _check_initial(key)}
    rules = (require_one_of("options", "option_groups"), require_initial_option(key), require_distinct_options)
    return check_object({}, {**HELD, **options, **more}, *rules)


def _check_initial(key: str) -> Check:
    return check_list(OPTION) if key.endswith("s") else OPTION


def check_boxes(key: str) -> Check:
    initial = check_list(RICH_OPTION, 1, 10) if key.endswith("s") else RICH_OPTION
    rules = (require_initial_option(key), require_distinct_options)
    return check_object({"options": check_list(RICH_OPTION, 1, 10)}, {**COMMON, key: initial}, *rules)


def require_order(least: str, most: str) -> Rule:
    def check(element: Json, at: BodyLocation) -> Faults:
        low, high = element.get(least), element.get(most)
        if low is not None and high is not None and float(low) > float(high):
            yield at.format_fault(f"{least} must not be more than {most}")

    return check


def require_fitting_length(element: Json, at: BodyLocation) -> Faults:
    initial = element.get("initial_value", "")
    if len(initial) > element.get("max_length", 3000):
        yield at.enter_key("initial_value").format_fault("must not be longer than max_length")


BUTTON = check_object(
    {"text": SHORT_TEXT}, {**CONFIRMED, **ACCESSIBLE, "url": check_url, "value": check_text(2000), "style": STYLE}
)
CONVERSATIONS = {"default_to_current_conversation": check_flag, "filter": FILTER}
ONE: Mapping[str, Check] = {
    "static_select": check_static_select("initial_option"),
    "external_select": check_select(initial_option=OPTION, min_query_length=QUERY),
    "users_select": check_select(initial_user=PERSON),
    "conversations_select": check_select(initial_conversation=PLACE, response_url_enabled=check_flag, **CONVERSATIONS),
    "channels_select": check_select(initial_channel=PLACE, response_url_enabled=check_flag),
}
MANY: Mapping[str, Check] = {
    "multi_static_select": check_static_select("initial_options", **SEVERAL),
    "multi_external_select": check_select(initial_options=check_list(OPTION), min_query_length=QUERY, **SEVERAL),
    "multi_users_select": check_select(initial_users=check_list(PERSON), **SEVERAL),
    "multi_conversations_select": check_select(initial_conversations=check_list(PLACE), **CONVERSATIONS, **SEVERAL),
    "multi_channels_select": check_select(initial_channels=check_list(PLACE), **SEVERAL),
}
PICKED: Mapping[str, Check] = {
    "checkboxes": check_boxes("initial_options"),
    "radio_buttons": check_boxes("initial_option"),
    "datepicker": check_object({}, {**HELD, "initial_date": DATE}),
    "timepicker": check_object({}, {**HELD, "initial_time": TIME, "timezone": check_text(100)}),
}
DATETIME: Mapping[str, Check] = {
    "datetimepicker": check_object({}, {**COMMON, "initial_date_time": check_int(1_000_000_000, 9_999_999_999)}),
}
OVERFLOW = check_object({"options": check_list(OVERFLOW_OPTION, 1, 5)}, CONFIRMED, require_distinct_options)
FILLED: Mapping[str, Check] = {
    "plain_text_input": check_object(
        {},
        {
            **TYPED,
            "initial_value": check_text(3000, 0),
            "multiline": check_flag,
            "min_length": check_int(0, 3000),
            "max_length": check_int(1, 3000),
        },
        require_order("min_length", "max_length"),
        require_fitting_length,
    ),
    "email_text_input": check_object({}, {**TYPED, "initial_value": check_text(3000, 0)}),
    "url_text_input": check_object({}, {**TYPED, "initial_value": check_text(3000, 0)}),
    "number_input": check_object(
        {"is_decimal_allowed": check_flag},
        {**TYPED, "initial_value": DIGITS, "min_value": DIGITS, "max_value": DIGITS},
        require_order("min_value", "max_value"),
    ),
    "rich_text_input": check_object({}, {**TYPED, "initial_value": RICH_TEXT}),
    "file_input": allow_only_on(
        "modal",
        check_object({}, {"action_id": ID, "filetypes": check_list(check_text(20)), "max_files": check_int(1, 10)}),
    ),
}

PARAMETERS = check_list(check_object({"name": check_text(255), "value": check_text(2000)}))
TRIGGER = check_object({"url": check_url}, {"customizable_input_parameters": PARAMETERS})
WORKFLOW = check_object(
    {"text": SHORT_TEXT, "workflow": check_object({"trigger": TRIGGER})},
    {**ACCESSIBLE, "action_id": ID, "style": STYLE},
)
PRESSED: Mapping[str, Check] = {"button": BUTTON, "workflow_button": WORKFLOW, "overflow": OVERFLOW}
IN_ACTIONS: Mapping[str, Check] = {**PRESSED, **ONE, **PICKED, **DATETIME}
IN_SECTION: Mapping[str, Check] = {**PRESSED, **ONE, **MANY, **PICKED, "image": IMAGE}
IN_INPUT: Mapping[str, Check] = {**FILLED, **ONE, **MANY, **PICKED, **DATETIME}
IN_CONTEXT_ACTIONS: Mapping[str, Check] = {
    "feedback_buttons": check_object({"positive_button": FEEDBACK, "negative_button": FEEDBACK}, {"action_id": ID}),
    "icon_button": check_object(
        {"icon": check_enum("trash"), "text": SHORT_TEXT},
        {**CONFIRMED, **ACCESSIBLE, "value": check_text(2000), "visible_to_user_ids": check_list(PERSON)},
    ),
}
