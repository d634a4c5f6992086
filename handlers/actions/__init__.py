"""Buttons."""

from slack_bolt.async_app import AsyncApp

from bot.cards import buttons
from handlers.actions.card import claim, confirm_crisis, release, reopen
from handlers.actions.crisis import complete_checklist_item, open_crisis_modal
from handlers.actions.digest import claim_in_digest
from handlers.actions.forms import open_hand_over_modal, open_not_for_us_modal, open_resolve_modal, open_separate_modal
from handlers.actions.hearing import correct_assessment, explain_assessment, move_by_rules
from handlers.actions.links import ack_link_button
from handlers.actions.message import claim_here, confirm_here, release_here, renew_lease
from handlers.actions.oncall import accept, answer, decline, fill, plead, take, undo
from handlers.actions.page import acknowledge, acknowledge_here
from handlers.actions.report import share_report
from handlers.actions.spam import bring_back, show_older_spam, show_spam


def register(app: AsyncApp) -> None:
    app.action(buttons.CLAIM)(claim)
    app.action(buttons.RELEASE)(release)
    app.action(buttons.REOPEN)(reopen)
    app.action(buttons.CONFIRM)(confirm_crisis)
    app.action(buttons.CONFIRM_HERE)(confirm_here)
    app.action(buttons.RESOLVE)(open_resolve_modal)
    app.action(buttons.HAND_OVER)(open_hand_over_modal)
    app.action(buttons.NOT_FOR_US)(open_not_for_us_modal)
    app.action(buttons.SEPARATE)(open_separate_modal)
    app.action(buttons.CORRECT)(correct_assessment)
    app.action(buttons.WHY)(explain_assessment)
    app.action(buttons.MOVE_BY_RULES)(move_by_rules)
    app.action(buttons.CLAIM_IN_DIGEST)(claim_in_digest)
    app.action(buttons.CLAIM_HERE)(claim_here)
    app.action(buttons.ACKNOWLEDGE)(acknowledge)
    app.action(buttons.ACKNOWLEDGE_HERE)(acknowledge_here)
    app.action(buttons.KEEP)(renew_lease)
    app.action(buttons.RELEASE_HERE)(release_here)
    app.action(buttons.SHARE_REPORT)(share_report)
    app.action(buttons.SPAM_LIST)(show_spam)
    app.action(buttons.SPAM_OLDER)(show_older_spam)
    app.action(buttons.BRING_BACK)(bring_back)
    app.action(buttons.ONCALL_TAKE)(take)
    app.action(buttons.ONCALL_COVER)(plead)
    app.action(buttons.ONCALL_ANSWER)(answer)
    app.action(buttons.ONCALL_ACCEPT)(accept)
    app.action(buttons.ONCALL_DECLINE)(decline)
    app.action(buttons.ONCALL_FILL)(fill)
    app.action(buttons.ONCALL_UNDO)(undo)
    app.action(buttons.CRISIS_DECLARE)(open_crisis_modal)
    app.action(buttons.CRISIS_DONE)(complete_checklist_item)
    app.action(buttons.OPEN_POST)(ack_link_button)
    app.action(buttons.OPEN_CARD)(ack_link_button)
