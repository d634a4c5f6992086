"""The modals about cases. Their private metadata holds ids and a response URL only."""

from collections.abc import Sequence
from typing import Any

from bot.cards import action_ids
from bot.cards.block_kit import Block, make_context, make_plain_text
from bot.cards.case_mention import NAMES, format_author, format_kind
from bot.cards.case_status import JOINED_NOUNS
from bot.cards.modal_blocks import (
    MAX_OPTIONS,
    ModalMetadata,
    make_department_options,
    make_input,
    make_modal,
    make_option,
    make_select,
    render_facts,
)
from bot.cards.owner_brief import render_given_inputs
from bot.cards.sanitize import sanitize_line, sanitize_url, truncate
from bot.domain.assessment import Intent, Sentiment
from bot.domain.case import Case, CaseResolution, JoinedMention, derive_case_id
from bot.domain.cases.transitions import MAX_REASON
from bot.domain.correction import CorrectionKind, get_label_word
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.offers import OfferUse

NOTE_MOST = 1000
WORDS_MOST = 3000
Named = Sequence[tuple[str, str]]  # ids and names to choose from; with none, Slack offers everybody
KINDS = (Intent.COMPLAINT, Intent.QUESTION, Intent.PRAISE, Intent.NEED, Intent.PURCHASE, Intent.CRISIS, Intent.OTHER)
ANSWERS = {
    CaseResolution.ANSWERED: "Answered – the person has a reply",
    CaseResolution.FIXED: "Fixed – the problem is solved",
    CaseResolution.NO_ACTION: "No action needed",
    CaseResolution.SPAM: "Spam",
    CaseResolution.NOT_ABOUT_US: "Not about us",
}
OUTCOME_ANSWERS = {
    CaseResolution.WON: "Won – they buy from us",
    CaseResolution.SAVED: "Saved – they wanted to leave and stay",
    CaseResolution.LOST: "Lost – they leave, or buy elsewhere",
}


def render_resolution_input(outcomes: Sequence[CaseResolution]) -> Block:
    """Return the choice of how cases ended; `outcomes` are what else those of their departments end as."""
    answers = {**{one: OUTCOME_ANSWERS[one] for one in outcomes}, **ANSWERS}
    options = [make_option(words, resolution.value) for resolution, words in answers.items()]
    return make_input(action_ids.RESOLUTION, "Outcome", {"type": "radio_buttons", "options": options})


def render_resolve_modal(
    case: Case,
    origin: ModalMetadata,
    facts: str = "",
    offers: Sequence[OfferUse] = (),
    outcomes: Sequence[CaseResolution] = (),
) -> dict[str, Any]:
    """`facts`: what colleagues share about the episode of the case. `offers`: what the person may give.

    `outcomes`: what else cases of the department end as.
    """
    return make_modal(
        action_ids.RESOLVE_MODAL,
        "Resolve case",
        "Resolve",
        origin,
        render_case_context(case),
        *render_facts(facts),
        render_resolution_input(outcomes),
        make_input(
            action_ids.NOTE,
            "Note for colleagues",
            {"type": "plain_text_input", "multiline": True, "max_length": NOTE_MOST},
            hint="Stays in Slack. The person who wrote never sees it.",
            optional=True,
        ),
        *render_given_inputs(offers),
    )


def render_hand_over_modal(
    case: Case, departments: Sequence[Department], origin: ModalMetadata, people: Named = ()
) -> dict[str, Any]:
    anybody = {"type": "users_select", "placeholder": make_plain_text("Choose a person")}
    others = make_department_options(one for one in departments if one.name != case.department)
    to_department = [make_input(action_ids.DEPARTMENT, "Or a department", make_select(others), optional=True)]
    return make_modal(
        action_ids.HAND_OVER_MODAL,
        "Hand over case",
        "Hand over",
        origin,
        render_case_context(case),
        make_input(
            action_ids.PERSON,
            f"Somebody in the {sanitize_line(case.department, 60)} department",
            make_select([make_option(name, one) for one, name in people]) if people else anybody,
            hint="They own the case right away and get a message.",
            optional=True,
        ),
        *(to_department if others else []),
    )


def render_not_for_us_modal(
    case: Case, departments: Sequence[Department], origin: ModalMetadata, *, is_colleague: bool = False
) -> dict[str, Any]:
    """Return the modal. Somebody without a role has to give a reason, and cannot choose nobody."""
    others = make_department_options(one for one in departments if one.name != case.department)
    nobody = [] if is_colleague else [make_option("Nobody – no reply needed", action_ids.NOBODY)]
    return make_modal(
        action_ids.NOT_FOR_US_MODAL,
        "Re-route case",
        "Re-route",
        origin,
        render_case_context(case),
        make_input(
            action_ids.DEPARTMENT,
            "Which department?",
            make_select([*others, *nobody]),
            hint="The case moves right away. Thanks – this helps Earshot learn.",
        ),
        make_input(
            action_ids.REASON,
            "Why?",
            {"type": "plain_text_input", "max_length": MAX_REASON},
            hint="Stays in Slack. The department that gets the case sees it.",
            optional=not is_colleague,
        ),
    )


def render_separate_modal(case: Case, origin: ModalMetadata) -> dict[str, Any]:
    options = [make_option(_format_joined_choice(one), derive_case_id(one.mention)) for one in case.joined]
    return make_modal(
        action_ids.SEPARATE_MODAL,
        "Split off a post",
        "Split off",
        origin,
        render_case_context(case),
        make_input(
            action_ids.MENTION,
            "Which post doesn't belong here?",
            make_select(options),
            hint="It becomes its own case in the same department.",
        ),
    )


def _format_joined_choice(one: JoinedMention) -> str:
    return f"{sanitize_line(one.who, 30)}, {one.at:%d %b %H:%M} UTC, {JOINED_NOUNS[one.why]}"


FEELINGS = {
    Sentiment.NEGATIVE: "Negative – unhappy",
    Sentiment.NEUTRAL: "Neutral – neither, or mixed",
    Sentiment.POSITIVE: "Positive – happy",
}
CORRECTING = {
    CorrectionKind.SENTIMENT: ("Change sentiment", "Sentiment"),
    CorrectionKind.INTENT: ("Change type", "Type"),
    CorrectionKind.SUBJECT: ("Change subject", "Subject"),
}


def render_correct_modal(
    case: Case, kind: CorrectionKind, subjects: Sequence[str], origin: ModalMetadata
) -> dict[str, Any]:
    """Return the modal with every value of `kind` but the current one. `subjects` are those of the playbook."""
    title, question = CORRECTING[kind]
    now = get_label_word(case.assessment, kind)
    options = [
        make_option(words, word) for word, words in _list_correction_answers(kind, subjects).items() if word != now
    ]
    return make_modal(
        action_ids.CORRECT_MODAL,
        title,
        "Change",
        origin,
        render_case_context(case),
        make_input(
            kind.value,
            question,
            make_select(options[:MAX_OPTIONS]),
            hint="The card updates right away. Thanks – this helps Earshot learn.",
        ),
    )


def _list_correction_answers(kind: CorrectionKind, subjects: Sequence[str]) -> dict[str, str]:
    if kind is CorrectionKind.SENTIMENT:
        return {feeling.value: words for feeling, words in FEELINGS.items()}
    if kind is CorrectionKind.INTENT:
        return {intent.value: _format_intent(intent) for intent in KINDS}
    return {name: name for name in subjects}


def render_bring_back_modal(
    mention: Mention, entry: str, departments: Sequence[Department], origin: ModalMetadata
) -> dict[str, Any]:
    """Return the modal for spam that no route matches. Its metadata holds the spam entry in place of the case."""
    return make_modal(
        action_ids.BRING_BACK_MODAL,
        "Not spam",
        "Open case",
        origin._replace(case=entry),
        make_context(make_plain_text(f"{format_author(mention)}: {sanitize_line(mention.text, 150)}")),
        make_input(
            action_ids.DEPARTMENT,
            "Which department?",
            make_select(make_department_options(departments)),
            hint="No rule in the playbook sends this post to a department.",
        ),
    )


def _format_intent(intent: Intent) -> str:
    return "Something else" if intent is Intent.OTHER else NAMES[intent]


def render_flag_modal(words: str, url: str, departments: Sequence[Department], origin: ModalMetadata) -> dict[str, Any]:
    kinds = [make_option(_format_intent(kind), kind.value) for kind in KINDS]
    return make_modal(
        action_ids.FLAG_MODAL,
        "Flag for a department",
        "Flag",
        origin,
        make_input(action_ids.WORDS, "Text of the post", _make_text_input(words, WORDS_MOST, multiline=True)),
        make_input(action_ids.DEPARTMENT, "Which department?", make_select(make_department_options(departments))),
        make_input(action_ids.KIND, "Type", make_select(kinds)),
        make_input(action_ids.ADDRESS, "Link to the post", _make_url_input(url), optional=True),
        make_input(action_ids.AUTHOR, "Author", _make_text_input("", 100), hint="For example @marta.", optional=True),
    )


def _make_text_input(words: str, max_length: int, *, multiline: bool = False) -> Block:
    made: Block = {"type": "plain_text_input", "multiline": multiline, "max_length": max_length}
    return {**made, "initial_value": truncate(words, max_length)} if words else made


def _make_url_input(url: str) -> Block:
    return {"type": "url_text_input", **({"initial_value": safe} if (safe := sanitize_url(url)) else {})}


def render_case_context(case: Case) -> Block:
    return make_context(
        make_plain_text(
            f"{format_kind(case)} from {format_author(case.mention)}: {sanitize_line(case.mention.text, 150)}"
        )
    )
