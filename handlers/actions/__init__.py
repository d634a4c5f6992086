"""Buttons."""

from slack_bolt.async_app import AsyncApp

from bot.cards import buttons
from handlers.actions.card import claim, confirm_crisis, release, reopen
from handlers.actions.crisis import declare, done
from handlers.actions.digest import claim_in_digest
from handlers.actions.forms import hand_over, not_for_us, resolve, separate
from handlers.actions.hearing import correct, move_by_rules, why
from handlers.actions.links import opened
from handlers.actions.message import claim_here, confirm_here, keep, release_here
from handlers.actions.oncall import accept, answer, decline, fill, plead, take, undo
from handlers.actions.page import acknowledge, acknowledge_here
from handlers.actions.report import share
from handlers.actions.spam import bring_back, look, older


def register(app: AsyncApp) -> None:
    app.action(buttons.CLAIM)(claim)
    app.action(buttons.RELEASE)(release)
    app.action(buttons.REOPEN)(reopen)
    app.action(buttons.CONFIRM)(confirm_crisis)
    app.action(buttons.CONFIRM_HERE)(confirm_here)
    app.action(buttons.RESOLVE)(resolve)
    app.action(buttons.HAND_OVER)(hand_over)
    app.action(buttons.NOT_FOR_US)(not_for_us)
    app.action(buttons.SEPARATE)(separate)
    app.action(buttons.CORRECT)(correct)
    app.action(buttons.WHY)(why)
    app.action(buttons.MOVE_BY_RULES)(move_by_rules)
    app.action(buttons.CLAIM_IN_DIGEST)(claim_in_digest)
    app.action(buttons.CLAIM_HERE)(claim_here)
    app.action(buttons.ACKNOWLEDGE)(acknowledge)
    app.action(buttons.ACKNOWLEDGE_HERE)(acknowledge_here)
    app.action(buttons.KEEP)(keep)
    app.action(buttons.RELEASE_HERE)(release_here)
    app.action(buttons.SHARE_REPORT)(share)
    app.action(buttons.SPAM_LIST)(look)
    app.action(buttons.SPAM_OLDER)(older)
    app.action(buttons.BRING_BACK)(bring_back)
    app.action(buttons.ONCALL_TAKE)(take)
    app.action(buttons.ONCALL_COVER)(plead)
    app.action(buttons.ONCALL_ANSWER)(answer)
    app.action(buttons.ONCALL_ACCEPT)(accept)
    app.action(buttons.ONCALL_DECLINE)(decline)
    app.action(buttons.ONCALL_FILL)(fill)
    app.action(buttons.ONCALL_UNDO)(undo)
    app.action(buttons.CRISIS_DECLARE)(declare)
    app.action(buttons.CRISIS_DONE)(done)
    app.action(buttons.OPEN_POST)(opened)
    app.action(buttons.OPEN_CARD)(opened)
