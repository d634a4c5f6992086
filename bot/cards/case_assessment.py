"""The modal behind *Why?*: the assessment with its reasons, controls to change it, related posts, history, ids."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    make_actions,
    make_button,
    make_context,
    make_plain_text,
    make_section,
)
from bot.cards.case import render_open_post_button
from bot.cards.case_mention import NAMES, WORDS_SHOWN, format_author, format_case_type
from bot.cards.case_status import (
    ENGLISH,
    format_language,
    render_history,
    render_joined_mentions,
)
from bot.cards.modal_blocks import ModalMetadata, make_modal
from bot.cards.owner_brief import OwnerBrief, render_owner_brief
from bot.cards.paging import render_escalation
from bot.cards.post_details import render_post_details
from bot.cards.sanitize import escape, escape_name, sanitize_line
from bot.domain.assessment import WORTH_SAYING, Assessment, Intent, Signal
from bot.domain.case import Case
from bot.domain.cases.correction_transitions import describe_correction
from bot.domain.correction import ABOUT_US, COLLEAGUE, GENUINE, NOT_ABOUT_US, SPAM, CorrectionKind
from bot.domain.ledger.entry import find_entry_kind
from bot.domain.paging.page import Page
from bot.domain.subject import SubjectKind
from bot.domain.text import format_percent, join_words

REASON_MOST = 140
ATTEMPTS_SHOWN = 12
_PHRASE = re.compile(r"'[^']+'")
_PHRASES = re.compile(r"'[^']+'(?:, '[^']+')*")
"""A reason of quoted phrases alone."""
CHANGES = {
    CorrectionKind.SENTIMENT: "Change sentiment…",
    CorrectionKind.INTENT: "Change type…",
    CorrectionKind.SUBJECT: "Change subject…",
}


def render_case_explanation(
    case: Case,
    page: Page | None,
    origin: ModalMetadata,
    notice: Sequence[Block] = (),
    mute: Sequence[Block] = (),
    brief: OwnerBrief | None = None,
    merge: Sequence[Block] = (),
    words: Mapping[str, str] = MappingProxyType({}),
    caution: str = "",
    *,
    can_add: bool = True,
) -> dict[str, Any]:
    """Return the modal. `notice` is what a press in it led to, `brief` what its owner gets to know.

    `mute` says whether the author is muted, `merge` are buttons that merge the case, for who may change that. `words`
    are those of posts that joined, by their id. `caution`: what *Open post…* says first. `can_add`: whether who reads
    it may change the ledger.
    """
    return make_modal(
        action_ids.EXPLANATION,
        "Why this case?",
        "",
        origin,
        *notice,
        *_render_brief(brief),
        *_render_labels(case),
        *_render_closing_corrections(case),
        *(make_context(words) for words in list_corrections(case)),
        *_render_person_buttons(case, merge, can_add=can_add),
        *mute,
        *_render_posts(case, words),
        *(
            [make_actions(*link)]
            if case.owner and not case.is_closed and (link := render_open_post_button(case, caution=caution))
            else []
        ),
        *render_escalation(page, ATTEMPTS_SHOWN),
        make_section("*History*"),
        *render_history(case),
        make_context(make_plain_text(f"Case {case.id}")),
        close="Close",
    )


def _render_person_buttons(case: Case, merge: Sequence[Block], *, can_add: bool) -> list[Block]:
    label = f"History of {format_author(case.mention)}"
    button = make_button("History of this person…", action_ids.PERSON_HISTORY, case.id, a11y_label=label)
    asks = can_add and find_entry_kind(case.assessment) is not None
    add = [make_button("Add to ledger…", action_ids.LEDGER_ADD, case.id)] if asks else []
    merges = merge if case.mention.author_key else ()
    buttons = [*([button] if case.mention.author_key else []), *merges[:1], *add]
    rows = [buttons, *([one] for one in merges[1:])]  # Slack takes one button of an action in a row
    return [make_actions(*row) for row in rows if row]


def _render_brief(brief: OwnerBrief | None) -> list[Block]:
    message = render_owner_brief(brief, in_full=True) if brief else None
    return [*message.blocks, {"type": "divider"}] if message else []


def _render_labels(case: Case) -> Iterator[Block]:
    found = case.assessment
    if any(found.probabilities.values()) or found.is_unsure:
        yield from _render_label(case, CorrectionKind.SENTIMENT, _format_sentiment(found), "sentiment")
    yield from _render_label(case, CorrectionKind.INTENT, _format_type(case), "intent")
    yield from _render_label(case, CorrectionKind.SUBJECT, _format_subject(found), "subject")
    yield make_section(f"*Priority: {case.priority.value}* ({found.urgency} of 100 points)")
    if parts := [f"{_format_signal_reason(signal)} ({signal.weight})" for signal in found.signals if signal.weight]:
        yield make_context(make_plain_text(" · ".join(parts), 2000))
    yield from _render_other_labels(found)
    how = f"Created by rule “{escape(sanitize_line(case.route, 60))}”" if case.route else "Created by hand"
    yield make_context(f"{how} for {escape(case.department)}")


def _render_label(case: Case, kind: CorrectionKind, words: str, dimension: str) -> Iterator[Block]:
    """Return a label with the control that changes it, then its reasons as plain text, because they quote the post."""
    value = action_ids.encode_correction(kind, case.id)
    yield make_section(words, accessory=make_button(CHANGES[kind], action_ids.CORRECT, value))
    if why := list(_iter_reasons(case.assessment, dimension)):
        yield make_context(make_plain_text(f"Because: {', '.join(why)}", 2000))


def _iter_reasons(found: Assessment, dimension: str) -> Iterator[str]:
    """Iterate over the reasons for what holds; those of corrections are listed below, and a bare score is none.

    A phrase that several detectors quote is in the first of them alone.
    """
    quoted: set[str] = set()
    for signal in found.signals:
        explained = signal.because and not re.fullmatch(rf"{re.escape(signal.word)} [\d.]+", signal.because)
        if signal.holds and explained and signal.dimension == dimension and signal.detector != COLLEAGUE:
            reason = _format_signal_reason(signal)
            if _PHRASES.fullmatch(reason):
                phrases = {phrase.casefold(): phrase for phrase in _PHRASE.findall(reason)}
                reason = ", ".join(phrase for folded, phrase in phrases.items() if folded not in quoted)
                quoted.update(phrases)
            if reason:
                yield reason


def _format_signal_reason(signal: Signal) -> str:
    """Return the reason without the name of the signal, and how sure it is, where it begins with them."""
    words = re.sub(rf"^{re.escape(signal.word)}(, [\w-]+)?( [\d.]+)?:", "", signal.because).strip()
    return sanitize_line(words or signal.word, REASON_MOST)


def _format_sentiment(found: Assessment) -> str:
    shares = sorted(found.probabilities.items(), key=lambda one: -one[1])
    listed = ", ".join(f"{word} {_format_probability(share)}" for word, share in shares if share)
    if found.is_unsure:
        return f"*Sentiment is unclear* ({listed})" if listed else "*Sentiment is unclear*"
    return f"*Reads as {found.sentiment.value}* ({_format_probability(shares[0][1])})"


def _format_type(case: Case) -> str:
    found = case.assessment
    held = [Intent(word) for word in found.get_words("intent") if word in set(Intent)]
    also = [_format_intent(found, one) for one in held if one is not found.intent]
    others = (one for one in Intent if one not in {*held, Intent.OTHER})
    unlikely = [_format_intent(found, one) for one in others if found.intents.get(one.value, 0) >= WORTH_SAYING]
    more = [f"also {join_words(also)}"] if also else []
    more += [f"less likely {join_words(unlikely)}"] if unlikely else []
    said = f"*{escape_name(format_case_type(case))}*" if case.is_urgent else f"*{NAMES[found.intent]}*"
    share = found.intents.get(found.intent.value)
    is_corrected = any(one.kind in {CorrectionKind.INTENT, CorrectionKind.SPAM} for one in case.corrections)
    confidence = f" ({_format_probability(share)})" if share and not is_corrected else ""
    return " · ".join((f"{said}{confidence}", *more))


def _format_intent(found: Assessment, intent: Intent) -> str:
    return f"{NAMES[intent].lower()} {_format_probability(found.intents.get(intent.value, 1.0))}"


def _format_subject(found: Assessment) -> str:
    names = join_words([escape_name(sanitize_line(name, 60)) for name in found.get_words("subject")])
    kind = f" ({escape(found.kind)})" if found.kind else ""
    return f"*About {names}*{kind}" if names else "*About no subject in the playbook*"


def _render_other_labels(found: Assessment) -> Iterator[Block]:
    """Iterate over a language other than English, and the dimensions of custom detectors."""
    known = {"sentiment", "intent", "subject", "kind", "urgency", "harm"}
    known |= {"language"} if found.language == ENGLISH else set()
    for dimension in found.labels_by_dimension:
        if dimension not in known:
            words = format_language(found.language) if dimension == "language" else ""
            words = words or sanitize_line(join_words(found.get_words(dimension)), 200)
            why = "; ".join(_iter_reasons(found, dimension))
            name = sanitize_line(dimension, 40).capitalize()
            yield make_context(make_plain_text(f"{name}: {words}{f' ({why})' if why else ''}", 2000))


def _format_probability(share: float) -> str:
    """Return `87 %`, between 1 % and 99 %: no classifier is surer than that."""
    return format_percent(min(99, max(1, round(100 * share))))


def _render_closing_corrections(case: Case) -> Iterator[Block]:
    """Return the corrections that need no form: spam or not, about us or not; and that of the route."""
    if case.is_closed:
        return
    spam = case.assessment.intent is Intent.SPAM
    value = action_ids.encode_correction(CorrectionKind.SPAM, case.id, GENUINE if spam else SPAM)
    buttons = [make_button("Not spam" if spam else "Spam", action_ids.CORRECT_SPAM, value)]
    again = case.find_correction(CorrectionKind.ABOUT) is not None
    if again or case.assessment.kind != SubjectKind.COMPETITOR:
        label, now = ("About us after all", ABOUT_US) if again else ("Not about us", NOT_ABOUT_US)
        value = action_ids.encode_correction(CorrectionKind.ABOUT, case.id, now)
        buttons.append(make_button(label, action_ids.CORRECT_ABOUT, value))
    yield make_actions(*buttons, make_button("Re-route…", action_ids.NOT_FOR_US, case.id))


def list_corrections(case: Case) -> list[str]:
    """List a line of mrkdwn for each person who corrected something."""
    by: dict[str, list[str]] = {}
    for one in case.corrections:
        by.setdefault(one.by, []).append(escape(sanitize_line(describe_correction(one), 80)))
    return [f"✏️ *Corrected by* <@{person}>: {'; '.join(words)}" for person, words in by.items()]


def _render_posts(case: Case, joined_words: Mapping[str, str]) -> Iterator[Block]:
    """Return what the outlet told, the note, the text after and before each edit, and the posts that joined."""
    yield from render_post_details(case.mention)
    if case.note:
        yield make_context("*Note*", make_plain_text(sanitize_line(case.note, 1000)))
    if said := sanitize_line(case.mention.text, WORDS_SHOWN):
        yield make_context("*After the edit*" if case.earlier else "*Post*", make_plain_text(said))
    for words in reversed(case.earlier):
        yield make_context("*Before the edit*", make_plain_text(sanitize_line(words, WORDS_SHOWN)))
    if joined := render_joined_mentions(case, joined_words):
        yield joined
    if case.joined:
        label = f"Split off a post from the case of {format_author(case.mention)}"
        yield make_actions(make_button("Split off…", action_ids.SEPARATE, case.id, a11y_label=label))
