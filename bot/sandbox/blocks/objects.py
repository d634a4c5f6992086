"""Composition objects: texts, options, confirmations."""

from bot.sandbox.blocks.check import At, Check, Faults, Rule, by_type, flag, listed, one_of, text, thing, url, word
from bot.sandbox.errors import Json

ID = text(255)


def plain_text(most: int) -> Check:
    return by_type({"plain_text": thing({"text": text(most)}, {"emoji": flag})})


def any_text(most: int) -> Check:
    return by_type(
        {
            "plain_text": thing({"text": text(most)}, {"emoji": flag}),
            "mrkdwn": thing({"text": text(most)}, {"verbatim": flag}),
        }
    )


CONFIRM = thing(
    {"title": plain_text(100), "text": any_text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": word("primary", "danger")},
)
SLACK_FILE = thing({}, {"id": text(255), "url": url}, one_of("id", "url"))
PICTURE = {"image_url": url, "slack_file": SLACK_FILE}
IMAGE = thing({"alt_text": text(2000)}, PICTURE, one_of("image_url", "slack_file"))
IMAGE_ELEMENT = by_type({"image": IMAGE})

OPTION = thing({"text": plain_text(75), "value": text(150)}, {"description": plain_text(75)})
RICH_OPTION = thing({"text": any_text(75), "value": text(150)}, {"description": any_text(75)})
OVERFLOW_OPTION = thing({"text": plain_text(75), "value": text(150)}, {"description": plain_text(75), "url": url})
GROUP = thing({"label": plain_text(75), "options": listed(OPTION)})
DISPATCH = thing({}, {"trigger_actions_on": listed(word("on_enter_pressed", "on_character_entered"), 1, 2)})
FILTER = thing(
    {},
    {
        "include": listed(word("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
    one_of("include", "exclude_external_shared_channels", "exclude_bot_users", exactly=False),
)


def initial_among(key: str) -> Rule:
    """What is chosen at first must be one of the options, letter for letter."""

    def check(element: Json, at: At) -> Faults:
        initial = element.get(key)
        chosen = initial if isinstance(initial, list) else [initial] if initial else []
        groups = element.get("option_groups") or []
        options = [*(element.get("options") or []), *(option for group in groups for option in group["options"])]
        for each in chosen:
            if each not in options:
                yield at.under(key).fault("must be one of the options")

    return check


def distinct_options(element: Json, at: At) -> Faults:
    values = [option["value"] for option in element.get("options") or []]
    if len(values) != len(set(values)):
        yield at.under("options").fault("option values must be unique")
