"""The forms. What a form is about travels in its private metadata: ids and an address to answer at, nothing more."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

from bot.cards import buttons, drawing, said
from bot.cards.drawing import Block
from bot.cards.words import cut, one_line, safe_url
from bot.domain.assessment import Intent, Sentiment
from bot.domain.case import Case, CaseResolution, JoinedMention, JoinReason, derive_case_id
from bot.domain.correction import CorrectionKind, get_label_word
from bot.domain.department import Department
from bot.domain.mention import Mention

NOTE_MOST = 1000
WORDS_MOST = 3000
OPTIONS_MOST = 99
Named = Sequence[tuple[str, str]]  # ids and names to choose from; with none, Slack offers everybody
KINDS = (Intent.COMPLAINT, Intent.QUESTION, Intent.PRAISE, Intent.NEED, Intent.PURCHASE, Intent.CRISIS, Intent.OTHER)
ANSWERS = {
    CaseResolution.ANSWERED: "Answered: the person has a reply",
    CaseResolution.FIXED: "Fixed: what was wrong is right now",
    CaseResolution.NO_ACTION: "No action: nothing to be done",
    CaseResolution.SPAM: "Spam",
    CaseResolution.NOT_ABOUT_US: "Not about us",
}


class Origin(NamedTuple):
    """Where a form was opened: on which case, and the response_url by which its card is redrawn (may be empty)."""

    case: str
    response_url: str = ""
    channel: str = ""
    ts: str = ""

    def packed(self) -> str:
        return json.dumps(self, separators=(",", ":"))

    @classmethod
    def unpacked(cls, metadata: str) -> Self:
        return cls(*json.loads(metadata))


def resolve(case: Case, origin: Origin) -> dict[str, Any]:
    options = [_option(words, resolution.value) for resolution, words in ANSWERS.items()]
    return _modal(
        buttons.RESOLVE_MODAL,
        "Resolve the case",
        "Resolve",
        origin,
        _about(case),
        _input(buttons.RESOLUTION, "How did it end?", {"type": "radio_buttons", "options": options}),
        _input(
            buttons.NOTE,
            "Note for colleagues",
            {"type": "plain_text_input", "multiline": True, "max_length": NOTE_MOST},
            hint="Stays in Slack. The person who wrote never sees it.",
            optional=True,
        ),
    )


def hand_over(case: Case, departments: Sequence[Department], origin: Origin, people: Named = ()) -> dict[str, Any]:
    anybody = {"type": "users_select", "placeholder": drawing.plain("Choose a person")}
    others = _departments(one for one in departments if one.name != case.department)
    to_department = [_input(buttons.DEPARTMENT, "… or to a department", _select(others), optional=True)]
    return _modal(
        buttons.HAND_OVER_MODAL,
        "Hand the case over",
        "Hand over",
        origin,
        _about(case),
        _input(
            buttons.PERSON,
            f"To a deputy of {one_line(case.department, 60)}",
            _select([_option(name, one) for one, name in people]) if people else anybody,
            hint="The case is theirs at once, and they are told.",
            optional=True,
        ),
        *(to_department if others else []),
    )


def not_for_us(case: Case, departments: Sequence[Department], origin: Origin) -> dict[str, Any]:
    others = _departments(one for one in departments if one.name != case.department)
    nobody = _option("Nobody: it needs no answer", buttons.NOBODY)
    return _modal(
        buttons.NOT_FOR_US_MODAL,
        "Not for us",
        "Correct it",
        origin,
        _about(case),
        _input(
            buttons.DEPARTMENT,
            "Whose is it?",
            _select([*others, nobody]),
            hint="The case goes there, and Earshot remembers that it heard wrongly.",
        ),
    )


def separate(case: Case, origin: Origin) -> dict[str, Any]:
    options = [_option(_joined_words(one), derive_case_id(one.mention)) for one in case.joined]
    return _modal(
        buttons.SEPARATE_MODAL,
        "Separate a post",
        "Separate",
        origin,
        _about(case),
        _input(
            buttons.MENTION,
            "Which post does not belong here?",
            _select(options),
            hint="It gets a case of its own in the same department.",
        ),
    )


def _joined_words(one: JoinedMention) -> str:
    why = "same words" if one.why is JoinReason.COPY else "wrote again"
    return f"{one_line(one.who, 30)}, {one.at:%d %b %H:%M} UTC, {why}"


FEELINGS = {
    Sentiment.NEGATIVE: "Negative: somebody is unhappy",
    Sentiment.NEUTRAL: "Neutral: neither, or as much of both",
    Sentiment.POSITIVE: "Positive: somebody is pleased",
}
CORRECTING = {
    CorrectionKind.SENTIMENT: ("Wrong feeling", "How does it feel?"),
    CorrectionKind.INTENT: ("Wrong kind", "What is it?"),
    CorrectionKind.SUBJECT: ("Wrong subject", "What is it about?"),
}


def correct(case: Case, kind: CorrectionKind, subjects: Sequence[str], origin: Origin) -> dict[str, Any]:
    """Every answer but the one that stands on the card. `subjects` are those that it may be about."""
    title, question = CORRECTING[kind]
    now = get_label_word(case.assessment, kind)
    options = [_option(words, word) for word, words in _answers(kind, subjects).items() if word != now]
    return _modal(
        buttons.CORRECT_MODAL,
        title,
        "Correct it",
        origin,
        _about(case),
        _input(
            kind.value,
            question,
            _select(options[:OPTIONS_MOST]),
            hint="The card follows at once. Earshot keeps the post with your answer, to learn from.",
        ),
    )


def _answers(kind: CorrectionKind, subjects: Sequence[str]) -> dict[str, str]:
    if kind is CorrectionKind.SENTIMENT:
        return {feeling.value: words for feeling, words in FEELINGS.items()}
    if kind is CorrectionKind.INTENT:
        return {intent.value: _kind(intent) for intent in KINDS}
    return {name: name for name in subjects}


def bring_back(mention: Mention, entry: str, departments: Sequence[Department], origin: Origin) -> dict[str, Any]:
    """Where the routes lead nowhere, a person says who should see it. The origin's case is the entry of the spam."""
    return _modal(
        buttons.BRING_BACK_MODAL,
        "Bring it back",
        "Bring it back",
        origin._replace(case=entry),
        drawing.context(drawing.plain(f"{said.who(mention)}: {one_line(mention.text, 150)}")),
        _input(
            buttons.DEPARTMENT,
            "Who should see it?",
            _select(_departments(departments)),
            hint="By the playbook's routes nobody would, spam or not.",
        ),
    )


def _kind(intent: Intent) -> str:
    return "Something else" if intent is Intent.OTHER else said.NAMES[intent]


def flag(words: str, url: str, departments: Sequence[Department], origin: Origin) -> dict[str, Any]:
    kinds = [_option(_kind(kind), kind.value) for kind in KINDS]
    return _modal(
        buttons.FLAG_MODAL,
        "Flag for a department",
        "Flag",
        origin,
        _input(buttons.WORDS, "What was said", _text(words, WORDS_MOST, multiline=True)),
        _input(buttons.DEPARTMENT, "Who should see it?", _select(_departments(departments))),
        _input(buttons.KIND, "What is it?", _select(kinds)),
        _input(buttons.ADDRESS, "Address of the post", _address(url), optional=True),
        _input(buttons.AUTHOR, "Who said it", _text("", 100), hint="Such as @marta.", optional=True),
    )


def _text(words: str, most: int, *, multiline: bool = False) -> Block:
    made: Block = {"type": "plain_text_input", "multiline": multiline, "max_length": most}
    return {**made, "initial_value": cut(words, most)} if words else made


def _address(url: str) -> Block:
    return {"type": "url_text_input", **({"initial_value": url} if safe_url(url) else {})}


def _about(case: Case) -> Block:
    return drawing.context(
        drawing.plain(f"{said.name(case)} from {said.who(case.mention)}: {one_line(case.mention.text, 150)}")
    )


def _departments(departments: Iterable[Department]) -> list[Block]:
    return [_option(one.name, one.name) for one in departments][:OPTIONS_MOST]


def _option(words: str, value: str) -> Block:
    return {"text": drawing.plain(words, 75), "value": value}


def _select(options: list[Block]) -> Block:
    return {"type": "static_select", "options": options, "placeholder": drawing.plain("Choose one")}


def _input(block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    made: Block = {
        "type": "input",
        "block_id": block_id,
        "label": drawing.plain(label),
        "element": {**element, "action_id": buttons.INPUT},
    }
    if hint:
        made["hint"] = drawing.plain(hint)
    return {**made, "optional": True} if optional else made


def _modal(callback: str, title: str, submit: str, origin: Origin, *blocks: Block) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": drawing.plain(title, 24),
        "submit": drawing.plain(submit, 24),
        "close": drawing.plain("Cancel", 24),
        "private_metadata": origin.packed(),
        "blocks": list(blocks),
    }
