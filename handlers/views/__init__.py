"""Submitted forms. What is missing is said under its input; what the rules forbid is said to the person."""

from slack_bolt.async_app import AsyncApp

from bot.cards import buttons
from handlers.views.bring_back import bring_back
from handlers.views.correct import correct
from handlers.views.crisis import close, declare
from handlers.views.flag import flag
from handlers.views.hand_over import hand_over
from handlers.views.not_for_us import not_for_us
from handlers.views.resolve import resolve
from handlers.views.separate import separate


def register(app: AsyncApp) -> None:
    app.view(buttons.RESOLVE_MODAL)(resolve)
    app.view(buttons.HAND_OVER_MODAL)(hand_over)
    app.view(buttons.NOT_FOR_US_MODAL)(not_for_us)
    app.view(buttons.SEPARATE_MODAL)(separate)
    app.view(buttons.FLAG_MODAL)(flag)
    app.view(buttons.CORRECT_MODAL)(correct)
    app.view(buttons.BRING_BACK_MODAL)(bring_back)
    app.view(buttons.CRISIS_MODAL)(declare)
    app.view(buttons.CRISIS_CLOSE_MODAL)(close)
