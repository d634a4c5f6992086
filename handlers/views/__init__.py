"""Submitted modals. Errors and refusals are shown under an input."""

from slack_bolt.async_app import AsyncApp

from bot.cards import action_ids
from handlers.views.case_forms import (
    submit_bring_back,
    submit_correction,
    submit_hand_over,
    submit_not_for_us,
    submit_resolution,
    submit_separation,
    submit_snooze,
)
from handlers.views.crises import submit_crisis, submit_crisis_close
from handlers.views.flag import submit_flag
from handlers.views.ledger_forms import submit_ledger_add, submit_ledger_entry
from handlers.views.offer_forms import submit_offer_request
from handlers.views.person_forms import submit_account_link, submit_person_history
from handlers.views.reply import close_reply, submit_reply, submit_saved_reply
from handlers.views.search import submit_search
from handlers.views.storm_forms import submit_claim_alike, submit_facts, submit_resolve_many


def register(app: AsyncApp) -> None:
    app.view(action_ids.RESOLVE_MODAL)(submit_resolution)
    app.view(action_ids.HAND_OVER_MODAL)(submit_hand_over)
    app.view(action_ids.NOT_FOR_US_MODAL)(submit_not_for_us)
    app.view(action_ids.SEPARATE_MODAL)(submit_separation)
    app.view(action_ids.SNOOZE_MODAL)(submit_snooze)
    app.view(action_ids.OFFER_MODAL)(submit_offer_request)
    app.view(action_ids.CLAIM_ALIKE_MODAL)(submit_claim_alike)
    app.view(action_ids.RESOLVE_MANY_MODAL)(submit_resolve_many)
    app.view(action_ids.FACTS_MODAL)(submit_facts)
    app.view(action_ids.FLAG_MODAL)(submit_flag)
    app.view(action_ids.CORRECT_MODAL)(submit_correction)
    app.view(action_ids.BRING_BACK_MODAL)(submit_bring_back)
    app.view(action_ids.SEARCH_MODAL)(submit_search)
    app.view(action_ids.LEDGER_ADD_MODAL)(submit_ledger_add)
    app.view(action_ids.LEDGER_MODAL)(submit_ledger_entry)
    app.view(action_ids.PERSON_MODAL)(submit_person_history)
    app.view(action_ids.SAME_PERSON_MODAL)(submit_account_link)
    app.view(action_ids.CRISIS_MODAL)(submit_crisis)
    app.view(action_ids.CRISIS_CLOSE_MODAL)(submit_crisis_close)
    app.view(action_ids.REPLY_MODAL)(submit_reply)
    app.view_closed(action_ids.REPLY_MODAL)(close_reply)
    app.view(action_ids.REPLY_SAVE_MODAL)(submit_saved_reply)
