"""What can be pressed, picked and filled in."""

from collections.abc import Mapping

from bot.sandbox.blocks.check import (
    At,
    Check,
    Faults,
    Rule,
    flag,
    listed,
    matching,
    one_of,
    only_on,
    text,
    thing,
    url,
    whole,
    word,
)
from bot.sandbox.blocks.objects import (
    CONFIRM,
    DISPATCH,
    FILTER,
    GROUP,
    ID,
    IMAGE,
    OPTION,
    OVERFLOW_OPTION,
    RICH_OPTION,
    distinct_options,
    initial_among,
    plain_text,
)
from bot.sandbox.blocks.rich_text import RICH_TEXT
from bot.sandbox.errors import Json

COMMON: Mapping[str, Check] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": flag}
HELD: Mapping[str, Check] = {**COMMON, "placeholder": plain_text(150)}
TYPED: Mapping[str, Check] = {
    "action_id": ID,
    "placeholder": plain_text(150),
    "dispatch_action_config": DISPATCH,
    "focus_on_load": flag,
}
DATE = matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a date, YYYY-MM-DD")
TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "a time, HH:mm")
DIGITS = matching(r"-?\d+(\.\d+)?", "a number, written as a string")
PERSON = matching(r"[UW]\w+", "a user's id")
PLACE = matching(r"[CDGUW]\w+", "a conversation's id")
SEVERAL: Mapping[str, Check] = {"max_selected_items": whole(1, 100)}
FEEDBACK = thing({"text": plain_text(75), "value": text(2000)}, {"accessibility_label": text(75)})


def select(**more: Check) -> Check:
    return thing({}, {**HELD, **more})


def chosen(key: str, **more: Check) -> Check:
    """A menu whose options are written in it."""
    options = {"options": listed(OPTION), "option_groups": listed(GROUP), key: _initial(key)}
    rules = (one_of("options", "option_groups"), initial_among(key), distinct_options)
    return thing({}, {**HELD, **options, **more}, *rules)


def _initial(key: str) -> Check:
    return listed(OPTION) if key.endswith("s") else OPTION


def boxes(key: str) -> Check:
    initial = listed(RICH_OPTION, 1, 10) if key.endswith("s") else RICH_OPTION
    held = {**COMMON, key: initial}
    return thing({"options": listed(RICH_OPTION, 1, 10)}, held, initial_among(key), distinct_options)


def ordered(least: str, most: str) -> Rule:
    def check(element: Json, at: At) -> Faults:
        low, high = element.get(least), element.get(most)
        if low is not None and high is not None and float(low) > float(high):
            yield at.fault(f"{least} must not be more than {most}")

    return check


def fits(element: Json, at: At) -> Faults:
    initial = element.get("initial_value", "")
    if len(initial) > element.get("max_length", 3000):
        yield at.under("initial_value").fault("must not be longer than max_length")


BUTTON = thing(
    {"text": plain_text(75)},
    {
        "action_id": ID,
        "url": url,
        "value": text(2000),
        "style": word("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": text(75),
    },
)
CONVERSATIONS = {"default_to_current_conversation": flag, "filter": FILTER}
ONE: Mapping[str, Check] = {
    "static_select": chosen("initial_option"),
    "external_select": select(initial_option=OPTION, min_query_length=whole(0, 100)),
    "users_select": select(initial_user=PERSON),
    "conversations_select": select(initial_conversation=PLACE, response_url_enabled=flag, **CONVERSATIONS),
    "channels_select": select(initial_channel=PLACE, response_url_enabled=flag),
}
MANY: Mapping[str, Check] = {
    "multi_static_select": chosen("initial_options", **SEVERAL),
    "multi_external_select": select(initial_options=listed(OPTION), min_query_length=whole(0, 100), **SEVERAL),
    "multi_users_select": select(initial_users=listed(PERSON), **SEVERAL),
    "multi_conversations_select": select(initial_conversations=listed(PLACE), **CONVERSATIONS, **SEVERAL),
    "multi_channels_select": select(initial_channels=listed(PLACE), **SEVERAL),
}
PICKED: Mapping[str, Check] = {
    "checkboxes": boxes("initial_options"),
    "radio_buttons": boxes("initial_option"),
    "datepicker": thing({}, {**HELD, "initial_date": DATE}),
    "timepicker": thing({}, {**HELD, "initial_time": TIME, "timezone": text(100)}),
}
DATETIME: Mapping[str, Check] = {
    "datetimepicker": thing({}, {**COMMON, "initial_date_time": whole(1_000_000_000, 9_999_999_999)}),
}
OVERFLOW = thing({"options": listed(OVERFLOW_OPTION, 1, 5)}, {"action_id": ID, "confirm": CONFIRM}, distinct_options)
FILLED: Mapping[str, Check] = {
    "plain_text_input": thing(
        {},
        {
            **TYPED,
            "initial_value": text(3000, 0),
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        ordered("min_length", "max_length"),
        fits,
    ),
    "email_text_input": thing({}, {**TYPED, "initial_value": text(3000, 0)}),
    "url_text_input": thing({}, {**TYPED, "initial_value": text(3000, 0)}),
    "number_input": thing(
        {"is_decimal_allowed": flag},
        {**TYPED, "initial_value": DIGITS, "min_value": DIGITS, "max_value": DIGITS},
        ordered("min_value", "max_value"),
    ),
    "rich_text_input": thing({}, {**TYPED, "initial_value": RICH_TEXT}),
    "file_input": only_on(
        "modal", shape=thing({}, {"action_id": ID, "filetypes": listed(text(20)), "max_files": whole(1, 10)})
    ),
}

PARAMETERS = listed(thing({"name": text(255), "value": text(2000)}))
TRIGGER = thing({"url": url}, {"customizable_input_parameters": PARAMETERS})
WORKFLOW = thing(
    {"text": plain_text(75), "workflow": thing({"trigger": TRIGGER})},
    {"action_id": ID, "style": word("primary", "danger"), "accessibility_label": text(75)},
)
PRESSED: Mapping[str, Check] = {"button": BUTTON, "workflow_button": WORKFLOW, "overflow": OVERFLOW}
IN_ACTIONS: Mapping[str, Check] = {**PRESSED, **ONE, **PICKED, **DATETIME}
IN_SECTION: Mapping[str, Check] = {**PRESSED, **ONE, **MANY, **PICKED, "image": IMAGE}
IN_INPUT: Mapping[str, Check] = {**FILLED, **ONE, **MANY, **PICKED, **DATETIME}
IN_CONTEXT_ACTIONS: Mapping[str, Check] = {
    "feedback_buttons": thing({"positive_button": FEEDBACK, "negative_button": FEEDBACK}, {"action_id": ID}),
    "icon_button": thing(
        {"icon": word("trash"), "text": plain_text(75)},
        {
            "action_id": ID,
            "value": text(2000),
            "confirm": CONFIRM,
            "accessibility_label": text(75),
            "visible_to_user_ids": listed(PERSON),
        },
    ),
}
