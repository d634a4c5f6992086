"""Every method this Slack has, by its name."""

from collections.abc import Callable

from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.web_api import chat, conversations, misc, people, views
from bot.slack_sandbox.web_api.request import ApiCall

METHODS: dict[str, Callable[[ApiCall], Json]] = {
    **chat.METHODS,
    **conversations.METHODS,
    **people.METHODS,
    **misc.METHODS,
    **views.METHODS,
}
