"""Buttons, by action id."""

from slack_bolt.async_app import AsyncApp

from bot.cards import action_ids
from bot.cards.case import CASE_BUTTONS
from handlers.actions.acknowledge import acknowledge, acknowledge_here
from handlers.actions.backfire_buttons import BACKFIRE_LISTENERS
from handlers.actions.case_buttons import (
    confirm_crisis,
    confirm_here,
    make_decision_listener,
    release_here,
    renew_lease,
    reopen,
    undo_reroute,
)
from handlers.actions.cautions import CAUTION_LISTENERS
from handlers.actions.claims import CLAIM_LISTENERS
from handlers.actions.corrections import correct_assessment, explain_assessment, move_by_rules
from handlers.actions.crises import complete_checklist_item, open_crisis_modal
from handlers.actions.follow_ups import FOLLOW_UP_LISTENERS
from handlers.actions.home_tab import HOME_LISTENERS
from handlers.actions.ledger_buttons import LEDGER_LISTENERS
from handlers.actions.oncall import accept, answer, decline, fill, plead, take, undo
from handlers.actions.open_modals import (
    open_hand_over_modal,
    open_not_for_us_modal,
    open_resolve_modal,
    open_separate_modal,
    open_snooze_modal,
)
from handlers.actions.person_buttons import PERSON_LISTENERS
from handlers.actions.reply_form import REPLY_LISTENERS, TYPED, revise_reply
from handlers.actions.request_buttons import REQUEST_LISTENERS
from handlers.actions.roles import accept_policy, mute_author, undo_day_message, undo_mute, undo_role_change
from handlers.actions.roll_ups import open_roll_up
from handlers.actions.spam import bring_back, show_older_spam, show_spam
from handlers.actions.storm_buttons import STORM_LISTENERS
from handlers.actions.thank_buttons import THANK_LISTENERS
from handlers.use_cases import (
    AsyncAck,
    ExportUseCases,
    Payload,
    ReportScheduleUseCases,
    ReportUseCases,
    Responder,
    ThemeReview,
)

UNCONFIRMED_SHARE = "Slack didn't confirm the post. If it isn't there in a minute, press *Share here* again."


async def ack_link_button(ack: AsyncAck) -> None:
    """Slack opens the URL of a link button by itself, but needs an ack."""
    await ack()


async def share_report(
    ack: AsyncAck, body: Payload, action: Payload, by: str, reports: ReportUseCases, reply: Responder
) -> None:
    """Post an answer to /sentiment to the channel."""
    await ack()
    async with reply.report_refusals():
        asked = by, action["value"], body["channel"]["id"], body["container"]["message_ts"]
        if await reply.post(await reports.share_report(*asked)):
            await reports.confirm_share(*asked)
        else:
            await reply.send_text(UNCONFIRMED_SHARE)


async def export_report(ack: AsyncAck, action: Payload, by: str, exports: ExportUseCases, reply: Responder) -> None:
    """Send the figures of an answer to /sentiment as a file."""
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await exports.request_export(by, action["value"]))


async def show_report(ack: AsyncAck, action: Payload, by: str, reports: ReportUseCases, reply: Responder) -> None:
    """Replace an answer to /sentiment by that for another time, subject or department."""
    await ack()
    async with reply.report_refusals():
        await reply.replace_or_send(await reports.answer_question(by, action.get("selected_option", action)["value"]))


async def stop_digest(
    ack: AsyncAck, action: Payload, by: str, report_schedules: ReportScheduleUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_or_send(await report_schedules.stop(by, action["value"]))


async def show_themes(ack: AsyncAck, action: Payload, by: str, themes: ThemeReview, reply: Responder) -> None:
    """Show the themes of the time, subject or department of a report."""
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await themes.answer_command(by, action["value"]))


async def add_theme(ack: AsyncAck, action: Payload, by: str, themes: ThemeReview, reply: Responder) -> None:
    """Make a theme of suggested words."""
    await ack()
    async with reply.report_refusals():
        words = action["selected_option"]["value"]
        await reply.send_ephemeral(await themes.add_theme(by, words, [words]))


def register(app: AsyncApp) -> None:
    """Claims come first: Bolt looks through the listeners in this order, and many people may claim at once."""
    for action, claim in CLAIM_LISTENERS.items():
        app.action(action)(claim)
    _register_case_buttons(app)
    app.action(action_ids.CONFIRM_HERE)(confirm_here)
    more = {**STORM_LISTENERS, **HOME_LISTENERS, **FOLLOW_UP_LISTENERS, **REPLY_LISTENERS, **REQUEST_LISTENERS}
    more |= PERSON_LISTENERS | THANK_LISTENERS | CAUTION_LISTENERS | LEDGER_LISTENERS | BACKFIRE_LISTENERS
    for action, listener in more.items():
        app.action(action)(listener)
    app.action(action_ids.ACKNOWLEDGE)(acknowledge)
    app.action(action_ids.ACKNOWLEDGE_HERE)(acknowledge_here)
    app.action(action_ids.ROLL_UP_LIST)(open_roll_up)
    app.action(action_ids.KEEP)(renew_lease)
    app.action(action_ids.RELEASE_HERE)(release_here)
    app.action(action_ids.SHARE_REPORT)(share_report)
    app.action(action_ids.DIGEST_STOP)(stop_digest)
    app.action(action_ids.EXPORT_REPORT)(export_report)
    for shows in (action_ids.SHOW_YESTERDAY, action_ids.SHOW_WEEK, action_ids.SHOW_MONTH, action_ids.SHOW_SCOPE):
        app.action(shows)(show_report)
    app.action(action_ids.SHOW_THEMES)(show_themes)
    app.action(action_ids.THEME_ADD)(add_theme)
    app.action(action_ids.SPAM_LIST)(show_spam)
    app.action(action_ids.SPAM_OLDER)(show_older_spam)
    app.action(action_ids.BRING_BACK)(bring_back)
    app.action(action_ids.ONCALL_TAKE)(take)
    app.action(action_ids.ONCALL_COVER)(plead)
    app.action(action_ids.ONCALL_ANSWER)(answer)
    app.action(action_ids.ONCALL_ACCEPT)(accept)
    app.action(action_ids.ONCALL_DECLINE)(decline)
    app.action(action_ids.ONCALL_FILL)(fill)
    app.action(action_ids.ONCALL_UNDO)(undo)
    app.action(action_ids.DEPUTY_ACCEPT)(accept_policy)
    app.action(action_ids.ROLE_UNDO)(undo_role_change)
    app.action(action_ids.REROUTE_UNDO)(undo_reroute)
    app.action(action_ids.AUTHOR_MUTE)(mute_author)
    app.action(action_ids.MUTE_UNDO)(undo_mute)
    app.action(action_ids.DAY_MESSAGE_UNDO)(undo_day_message)
    app.action(action_ids.CRISIS_DECLARE)(open_crisis_modal)
    app.action(action_ids.CRISIS_DONE)(complete_checklist_item)
    app.action(TYPED)(revise_reply)
    app.action(action_ids.OPEN_POST)(ack_link_button)
    app.action(action_ids.OPEN_CARD)(ack_link_button)


def _register_case_buttons(app: AsyncApp) -> None:
    """The controls of a card, and the buttons of *Why?*."""
    for button in CASE_BUTTONS:
        if button.decide:
            app.action(button.action)(make_decision_listener(button.decide))
    app.action(action_ids.CASE_MENU)(ack_link_button)
    app.action(action_ids.REOPEN)(reopen)
    app.action(action_ids.CONFIRM)(confirm_crisis)
    app.action(action_ids.RESOLVE)(open_resolve_modal)
    app.action(action_ids.HAND_OVER)(open_hand_over_modal)
    app.action(action_ids.NOT_FOR_US)(open_not_for_us_modal)
    app.action(action_ids.SEPARATE)(open_separate_modal)
    app.action(action_ids.SNOOZE)(open_snooze_modal)
    for correct in (action_ids.CORRECT, action_ids.CORRECT_SPAM, action_ids.CORRECT_ABOUT):
        app.action(correct)(correct_assessment)
    app.action(action_ids.WHY)(explain_assessment)
    app.action(action_ids.MOVE_BY_RULES)(move_by_rules)
