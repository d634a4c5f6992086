"""All ids that Slack sends back: buttons, modals, shortcuts, inputs of modals.

A button's value is an id and no state, which would be outdated by the time it is pressed.
"""

from typing import NamedTuple

# Buttons on the card of a case. They answer by redrawing the card.
CLAIM = "case_claim"
RELEASE = "case_release"
REOPEN = "case_reopen"
CONFIRM = "case_confirm_crisis"
"""On a crisis that pages nobody until somebody has looked."""
# These open a modal.
RESOLVE = "case_resolve"
HAND_OVER = "case_hand_over"
NOT_FOR_US = "case_not_for_us"
SEPARATE = "case_separate"
SNOOZE = "case_snooze"
WAKE = "case_wake"
"""Ends a snooze at once, without a modal."""

REPLY = "case_reply"
# In its form.
REPLY_CHOOSE = "reply_choose"
"""The menu of saved replies; the values of its options are their ids."""
REPLY_SAVE = "reply_save"
"""Opens the form that asks for a name, on top."""
REPLY_DELETE = "reply_delete"
"""Its value is the id of a saved reply."""
REPLY_DRAFT = "reply_draft"
"""Asks the model of the playbook for a draft."""
REPLY_USE_DRAFT = "reply_use_draft"
REPLY_ASK = "reply_ask"
"""Asks for approval of the text."""
REPLY_OPEN = "reply_open"
"""A link to the composer of an outlet, with the text in it."""

CASE_MENU = "case_menu"
"""The menu behind three dots. The values of its options are made by `encode_menu_choice`."""
WHY = "case_why"
"""Opens the modal with all that is known about a case."""
CORRECT = "case_correct"
"""In that modal, and in the menu of cards up to 0.1. Its values are made by `encode_correction`."""
CORRECT_SPAM, CORRECT_ABOUT = "case_correct_spam", "case_correct_about"
"""The same, as two buttons beside each other."""
MOVE_BY_RULES = "case_move_by_rules"
"""Offered after a correction."""

ACKNOWLEDGE = "page_acknowledge"
"""On the card of a page's cause while the page is open. It updates the card."""
OPEN_POST = "open_post"
"""Slack opens the URL by itself, but sends us the click as well."""
OPEN_CARD = "open_card"
OPEN_ASK = "open_post_ask"
"""In place of `OPEN_POST` where there is something to think of first. It opens a modal."""
OPEN_ANYWAY, OPEN_UNDO = "open_post_anyway", "open_post_undo"
"""In that modal: the link, and what takes back that it was pressed."""

LEDGER_ADD = "ledger_add"
"""On a need or a question, where its value is the case; and in the list, a kind and what several people say."""
LEDGER_OPEN = "ledger_open"
LEDGER_REMOVE = "ledger_remove"
"""In the form of an entry; its value is the entry and the case."""

CLAIM_IN_DIGEST = "digest_claim"
"""Updates the digest, whose id is in the block id: see `build_digest_block_id`."""

CLAIM_GROUP = "digest_claim_alike"
"""On a line of a digest that stands for several cases; its value is the first of them."""
# On the card of an episode and on lists. The value is the id of the episode or of the digest.
TAKE_CASES = "list_take"
CLAIM_ALIKE = "list_claim_alike"
RESOLVE_MANY = "list_resolve"
"""Its value may be empty: all of one's own cases."""
EDIT_FACTS = "episode_facts"

# Buttons in direct messages and reminders. They answer by turning into a sentence.
CLAIM_HERE = "message_claim"
CONFIRM_HERE = "message_confirm_crisis"
ACKNOWLEDGE_HERE = "message_acknowledge"
"""Its value is a page's id, as is that of `ACKNOWLEDGE`."""
ROLL_UP_LIST = "roll_up_list"
"""Opens the modal that lists the unclaimed cases. Its value is that of a `RollUp`."""
ROLL_UP_CLAIM = "roll_up_claim"
"""In that modal, which is updated."""
FOLLOW_UP_LIST = "follow_up_list"
"""Opens the modal that lists the follow-ups. Its value is that of a `RollUp`."""
# In that modal too, which is updated.
FOLLOW_UP_SATISFIED = "follow_up_satisfied"
FOLLOW_UP_NOT_SATISFIED = "follow_up_not_satisfied"
FOLLOW_UP_NO_ANSWER = "follow_up_no_answer"
KEEP = "lease_keep"
RELEASE_HERE = "lease_release"

THEME_ADD = "theme_add"
"""A menu of suggested themes; the value of an option is its words."""
SHARE_REPORT = "report_share"
"""On the answer to `/sentiment`; its value is what was asked."""
DIGEST_STOP = "digest_stop"
EPISODE_SHOW, EPISODE_LIST, EPISODE_CASES = "episode_show", "episode_list", "episode_cases"
EPISODE_OPEN = "episode_open"
"""On a warning in a channel, which stays; its value is that of `EPISODE_SHOW`."""
SHOW_YESTERDAY, SHOW_WEEK, SHOW_MONTH = "report_yesterday", "report_week", "report_month"
"""Beside it; the value is what to ask for instead."""
EXPORT_REPORT = "report_export"
"""Its value is what follows `/sentiment export`."""
SHOW_SCOPE = "report_scope"
"""A menu of subjects and departments; the value of an option is what to ask for instead."""
SHOW_THEMES = "report_themes"
"""Its value is what follows `/sentiment themes`."""

SPAM_LIST = "spam_list"
SPAM_OLDER = "spam_older"
"""Its value is the entry with which the page before ended."""
BRING_BACK = "spam_bring_back"
"""Its value is the entry of the spam: there is no case of it yet."""

# About being on call. The value is a schedule's name, or the schedule, a slash, and what in it.
ONCALL_TAKE = "oncall_take"
ONCALL_COVER = "oncall_cover"
ONCALL_ANSWER = "oncall_answer"
ONCALL_ACCEPT = "oncall_accept"
ONCALL_DECLINE = "oncall_decline"
ONCALL_FILL = "oncall_fill"
ONCALL_UNDO = "oncall_undo"

# About roles.
DEPUTY_ACCEPT = "deputy_accept"
"""On the direct message to a new deputy; its value is the id of the grant."""
ROLE_UNDO = "role_undo"
"""Its value is `end` or `restore`, a slash, and the id of the grant."""

REROUTE_UNDO = "reroute_undo"
"""On the answer to a colleague; its value is the case, a slash, and the department it came from."""
THANK = "case_thank"
"""On praise. It posts nothing at the outlet."""
THANK_HERE = "thank_here"
"""In the list of people to thank, which is updated."""
THANK_LIST, SHARE_LIST = "thank_list", "share_list"
"""Show these lists: on the report of a week, and on the Home tab."""
SHARE_MARK, SHARE_UNMARK, SHARE_DONE = "share_mark", "share_unmark", "share_done"
"""On what the same press answers, and in the list of what is worth sharing."""

# About the person who wrote. The values are a case's id.
PERSON_HISTORY = "person_history"
PERSON_CASES = "person_cases"
PERSON_SAME = "person_same"
PERSON_UNLINK = "person_unlink"
"""Its value is the case, a slash, and the id of the account."""

CLAIM_ANYWAY = "claim_anyway"
"""After the question whether to claim it, in a message, on the Home tab or in a modal."""
MERGE = "case_merge"
"""Its value is the case, a slash, and the case that it joins."""

# On the warning that a campaign may backfire. The value is the folded name of the campaign.
BACKFIRE_MUTE = "backfire_mute"

# About mutes.
AUTHOR_MUTE = "author_mute"
"""Its value is the case whose author is meant."""
MUTE_UNDO = "mute_undo"
"""Its value is the id of the mute."""
OFFER_ASK = "offer_ask"
"""Opens the form *Ask for more*; its value is the case."""
REQUEST_ALLOW, REQUEST_DECLINE = "request_allow", "request_decline"
"""On the message to who was asked; the value is the case, a slash, and the number of the request."""
DAY_MESSAGE_UNDO = "day_message_undo"
"""On the receipt of `/earshot say`; its value names the message."""
# On the Home tab, and in the modals that it opens.
HOME_CLAIM = "home_claim"
HOME_VIEW = "home_view"
HOME_DEPARTMENT = "home_department"
HOME_STATUS = "home_status"
HOME_PAGE = "home_page"
"""Its value is a list, a colon, and the number of the first case."""
HOME_SEARCH = "home_search"
HOME_ACTIVITY = "home_activity"
"""Opens a modal with the episode or the crisis of this id."""
SEARCH_PAGE = "search_page"
"""In the results of a search; its value is the number of the first case."""
SEARCH_NEXT = "search_next"
"""The same, beside it."""

# Of a declared crisis.
CRISIS_DECLARE = "crisis_declare"
"""On the card of an episode, whose id it carries. It opens a modal."""
CRISIS_DONE = "crisis_done"
"""On the plan: the crisis, a slash, and the number of the thing that is done."""

# Modals, by callback id.
RESOLVE_MODAL = "resolve_modal"
HAND_OVER_MODAL = "hand_over_modal"
NOT_FOR_US_MODAL = "not_for_us_modal"
SEPARATE_MODAL = "separate_modal"
SNOOZE_MODAL = "snooze_modal"
REPLY_MODAL = "reply_modal"
REPLY_COPY = "reply_copy"
"""Shows the text to copy, and the link to where it is sent; there is nothing to submit."""
REPLY_SAVE_MODAL = "reply_save_modal"
CLAIM_ALIKE_MODAL = "claim_alike_modal"
RESOLVE_MANY_MODAL = "resolve_many_modal"
FACTS_MODAL = "facts_modal"
FLAG_MODAL = "flag_modal"
CORRECT_MODAL = "correct_modal"
"""Its one input has the kind of correction for the id of its block."""
BRING_BACK_MODAL = "bring_back_modal"
CRISIS_MODAL = "crisis_modal"
OFFER_MODAL = "offer_modal"
EXPLANATION = "case_explanation"
"""The modal behind *Why?*, which cannot be submitted."""
SEARCH_MODAL = "search_modal"
LEDGER_ADD_MODAL = "ledger_add_modal"
LEDGER_MODAL = "ledger_modal"
PERSON_MODAL = "person_modal"
"""The history of a person."""
SAME_PERSON_MODAL = "same_person_modal"
"""Its first submission searches, the second links."""
CAUTION = "caution"
"""Says what to think of before a person is answered; there is nothing to submit."""
CASE_DETAILS = "case_details"
"""Shows a case, an episode or a crisis; there is nothing to submit."""
CRISIS_CLOSE_MODAL = "crisis_close_modal"
"""Asks whether to close a crisis that is not finished."""

FLAG_MENTION = "flag_mention"
"""The message shortcut *Flag for a department*."""
SENTIMENT = "/sentiment"
ONCALL = "/oncall"
CRISIS = "/crisis"
EARSHOT = "/earshot"

# Inputs of modals: the block's id; the element in it is always `INPUT`.
INPUT = "input"
RESOLUTION = "resolution"
NOTE = "note"
REASON = "reason"
PERSON = "person"
DEPARTMENT = "department"
MENTION = "mention"
WORDS = "words"
ADDRESS = "address"
AUTHOR = "author"
KIND = "kind"
SEVERITY = "severity"
HEADLINE = "headline"
STATUS = "status"
FIGURE = "figure"
LEAD = "lead"
COMMS = "comms"
LEGAL = "legal"
UNTIL = "until"
GROUP = "group"
LABELS = "labels"
ACCOUNT = "account"
FACTS = "facts"
OFFER = "offer"
AMOUNT = "amount"
CASES = "cases"
ENTRY = "entry"
REPLY_NAME = "reply_name"
REPLY_TEXT = "reply_text:"
"""Begins the block id of the text of a reply; a number follows, which changes when another text is put there."""
"""The first block of ten; the others have a number behind it."""

NOBODY = "@nobody"
"""The choice 'it is for nobody' in *Not for us*; no department can have this name."""

ANY = "@any"
"""The option of a filter that filters nothing; no department can have this name."""

_GIVEN = "given:"
_HOME = "home:"
_DIGEST = "digest:"
_SEPARATOR = "|"


def encode_menu_choice(action: str, case_id: str) -> str:
    """Return the value of an option of a card's menu: the button that it stands for, and its case."""
    return _SEPARATOR.join((action, case_id))


def decode_menu_choice(value: str) -> tuple[str, str]:
    """Return the action id and the case id."""
    action, _, case_id = value.partition(_SEPARATOR)
    return action, case_id


def encode_correction(kind: str, case_id: str, new_value: str = "") -> str:
    """Return the value of a button that corrects; `new_value` is '' where a modal asks for it."""
    return _SEPARATOR.join((kind, new_value, case_id))


class CorrectionChoice(NamedTuple):
    """The decoded value of a button that corrects."""

    kind: str
    new_value: str
    case: str


def decode_correction(value: str) -> CorrectionChoice:
    return CorrectionChoice(*value.split(_SEPARATOR, 2))


def build_digest_block_id(digest_id: str, case_id: str) -> str:
    """Return the block id of one line of a digest."""
    return f"{_DIGEST}{digest_id}:{case_id}"[:255]


def parse_digest_id(block_id: str) -> str:
    """Return the id of the digest that a block is a line of, or ''."""
    return block_id.removeprefix(_DIGEST).rpartition(":")[0] if block_id.startswith(_DIGEST) else ""


def build_cases_block_id(number: int) -> str:
    """Return the block id of the checkboxes `number` of a form that lists many cases."""
    return f"{CASES}{number or ''}"


def build_given_block_id(offer: str) -> str:
    """Return the block id of the field that asks how much of an offer was given."""
    return f"{_GIVEN}{offer}"


def parse_given_block_id(block_id: str) -> str:
    """Return the text of the offer, or ''."""
    return block_id.removeprefix(_GIVEN) if block_id.startswith(_GIVEN) else ""


def build_home_place(section: str, number: int | None = None) -> str:
    """Return the block id of a section of the Home tab, or of a row in it: where the outcome of a click is shown."""
    return f"{_HOME}{section}" if number is None else f"{_HOME}{section}:{number}"


def parse_home_section(block_id: str) -> str:
    """Return the section of a block of the Home tab, or ''."""
    return block_id.removeprefix(_HOME).partition(":")[0] if block_id.startswith(_HOME) else ""
