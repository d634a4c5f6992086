"""Every method this Slack has, by its name."""

from collections.abc import Callable

from bot.sandbox.errors import Json
from bot.sandbox.web_api import chat, conversations, people, rest, views
from bot.sandbox.web_api.call import ApiCall

METHODS: dict[str, Callable[[ApiCall], Json]] = {
    **chat.METHODS,
    **conversations.METHODS,
    **people.METHODS,
    **rest.METHODS,
    **views.METHODS,
}
