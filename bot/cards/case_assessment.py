"""The assessment on a case card: labels with the correction menu, reasons, and the full explanation on demand."""

from collections.abc import Iterator

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_bullets,
    make_context,
    make_line,
    make_mrkdwn,
    make_overflow_menu,
    make_plain_text,
    make_rich_text,
    make_run,
    make_section,
)
from bot.cards.case_mention import NAMES, format_author, format_kind_noun
from bot.cards.sanitize import escape, sanitize_line
from bot.domain.assessment import Assessment, Intent, Signal
from bot.domain.case import Case
from bot.domain.cases.correction_transitions import describe_correction
from bot.domain.correction import ABOUT_US, COLLEAGUE, GENUINE, NOT_ABOUT_US, SPAM, CorrectionKind
from bot.domain.subject import SubjectKind
from bot.domain.text import join_words

ENGLISH = "en"
LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}
ALSO = {
    Intent.COMPLAINT: "a complaint",
    Intent.NEED: "an unmet need",
    Intent.QUESTION: "a question",
    Intent.PURCHASE: "a wish to buy",
    Intent.PRAISE: "praise",
    Intent.SPAM: "spam, perhaps",
}
REASON_MOST = 140


def render_labels(case: Case) -> Block:
    """Return the labels that the title has no room for, with the correction menu."""
    line = make_plain_text(" · ".join(_iter_label_facts(case.assessment)), 300)
    return make_section(line, accessory=make_overflow_menu(action_ids.CORRECT, _list_correction_options(case)))


def _iter_label_facts(found: Assessment) -> Iterator[str]:
    yield f"Urgency {found.urgency} of 100"
    held = [Intent(word) for word in found.get_words("intent") if word in set(Intent)]
    if also := [ALSO[intent] for intent in held if intent in ALSO and intent is not found.intent]:
        yield f"also {join_words(also)}"
    if found.language not in {"", ENGLISH}:
        yield f"in {format_language(found.language)}"


def format_language(code: str) -> str:
    return LANGUAGES.get(code, "") or f"another language ({sanitize_line(code, 20)})"


def _list_correction_options(case: Case) -> list[tuple[str, str]]:
    def make_option(words: str, kind: CorrectionKind, now: str = "") -> tuple[str, str]:
        return words, action_ids.encode_correction(kind, case.id, now)

    found = case.assessment
    feeling = "Say how it feels…" if found.is_unsure else f"Not {found.sentiment.value}…"
    options = [
        make_option(feeling, CorrectionKind.SENTIMENT),
        make_option("Wrong kind…", CorrectionKind.INTENT),
        make_option("Wrong subject…" if found.subject else "Say which subject…", CorrectionKind.SUBJECT),
    ]
    if case.is_closed:
        return options
    if found.intent is Intent.SPAM:
        options.append(make_option("Not spam after all", CorrectionKind.SPAM, GENUINE))
    else:
        options.append(make_option("Spam", CorrectionKind.SPAM, SPAM))
    if case.find_correction(CorrectionKind.ABOUT):
        options.append(make_option("About us after all", CorrectionKind.ABOUT, ABOUT_US))
    elif found.kind != SubjectKind.COMPETITOR:
        options.append(make_option("Not about us", CorrectionKind.ABOUT, NOT_ABOUT_US))
    return options


def render_reasons(case: Case, max_length: int = 600) -> Block | None:
    """Return the reasons as plain text, because they quote the post, then the corrections as mrkdwn; or None."""
    found = case.assessment
    lines = []
    if why := [sanitize_line(words, REASON_MOST) for words in _iter_reasons(case)]:
        lines.append(f"Because {'; '.join(why)}")
    if parts := [f"{_format_signal_reason(signal)} ({signal.weight})" for signal in found.signals if signal.weight]:
        lines.append(f"Urgent by {', '.join(parts)}")
    texts = [make_plain_text("\n".join(lines), max_length)] if lines else []
    return make_context(*texts, *map(make_mrkdwn, _list_corrections(case))) if texts or case.corrections else None


def _iter_reasons(case: Case) -> Iterator[str]:
    """Iterate over the reasons for sentiment, intent and subject, without those of corrections."""
    found = case.assessment
    signals = [signal for signal in found.signals if signal.holds and signal.because]
    if case.corrections:
        signals = [signal for signal in signals if signal.detector != COLLEAGUE]
    yield from (signal.because for signal in signals if signal.dimension == "sentiment")
    yield from (signal.because for signal in signals if signal.label == f"intent:{found.intent.value}")
    for signal in signals:
        if signal.label == f"subject:{found.subject}" and "@" not in signal.because:  # a tag leaves no doubt
            yield signal.because


def _format_signal_reason(signal: Signal) -> str:
    """Return the reason without the name of the signal where it begins with it."""
    words = signal.because.removeprefix(f"{signal.word}:").strip()
    return sanitize_line(words or signal.word, REASON_MOST)


def _list_corrections(case: Case) -> list[str]:
    """List a line of mrkdwn for each person who corrected something."""
    by: dict[str, list[str]] = {}
    for one in case.corrections:
        by.setdefault(one.by, []).append(escape(sanitize_line(describe_correction(one), 80)))
    return [f"✏️ *Corrected by* <@{person}>: {'; '.join(words)}" for person, words in by.items()]


def render_explanation(case: Case) -> RenderedMessage:
    """Return the whole assessment: labels that hold or not, probabilities, reasons."""
    found = case.assessment
    lines = [
        *_render_sentiment_details(found),
        *_render_intent_details(found),
        *_render_subject_details(found),
        *_render_language_details(found),
        *_render_urgency_details(found),
        *_render_other_dimensions(found),
    ]
    lines.append(_render_labelled_line("Here by", f"route {sanitize_line(case.route, 60)}" if case.route else "hand"))
    head = f"What Earshot heard in the {format_kind_noun(case)} from {format_author(case.mention)}"
    corrected = [make_context(words) for words in _list_corrections(case)]
    how = "Heard wrongly? The menu ⋯ on the card corrects it, and Earshot can learn from that."
    blocks = [
        make_section(make_plain_text(head, 200)),
        make_rich_text(make_bullets(*lines)),
        *corrected,
        make_context(make_plain_text(how)),
    ]
    return RenderedMessage(escape(head), blocks)


def _render_labelled_line(name: str, *words: str) -> Block:
    return make_line(make_run(f"{name}: ", bold=True), ". ".join(one for one in words if one))


def _render_sentiment_details(found: Assessment) -> Iterator[Block]:
    shares = {word: share for word, share in found.probabilities.items() if share}
    if not shares:
        return
    said = ", ".join(
        f"{_format_probability(share)} {word}" for word, share in sorted(shares.items(), key=lambda one: -one[1])
    )
    unsure = "Unsure, because none is likely enough to act on" if found.is_unsure else ""
    yield _render_labelled_line("Feeling", said, unsure, *_format_dimension_reasons(found, "sentiment"))


def _render_intent_details(found: Assessment) -> Iterator[Block]:
    likely = sorted(found.intents.items(), key=lambda one: -one[1])
    held = set(found.get_words("intent"))
    named = {word: NAMES[Intent(word)].lower() if word in set(Intent) else word for word, _ in likely}
    yes = [f"{_format_probability(share)} {named[word]}" for word, share in likely if word in held]
    no = [f"{_format_probability(share)} {named[word]}" for word, share in likely if word not in held]
    if yes or no:
        short = f"Not likely enough: {', '.join(no)}" if no else ""
        yield _render_labelled_line("Kind", ", ".join(yes), *_format_dimension_reasons(found, "intent"), short)


def _render_subject_details(found: Assessment) -> Iterator[Block]:
    if names := found.get_words("subject"):
        kind = f" ({found.kind})" if found.kind else ""
        yield _render_labelled_line(
            "Subject", sanitize_line(f"{join_words(names)}{kind}", 200), *_format_dimension_reasons(found, "subject")
        )
    else:
        yield _render_labelled_line("Subject", "none that the playbook names")


def _render_language_details(found: Assessment) -> Iterator[Block]:
    if found.language:
        yield _render_labelled_line(
            "Language", format_language(found.language), *_format_dimension_reasons(found, "language")
        )


def _render_urgency_details(found: Assessment) -> Iterator[Block]:
    parts = ", ".join(f"{_format_signal_reason(signal)} {signal.weight}" for signal in found.signals if signal.weight)
    yield _render_labelled_line(
        "Urgency", f"{found.urgency} of 100", f"The sum of: {parts}" if parts else "Nothing in it is urgent"
    )


def _render_other_dimensions(found: Assessment) -> Iterator[Block]:
    """Iterate over the dimensions of custom detectors."""
    known = {"sentiment", "intent", "subject", "kind", "language", "urgency"}
    for dimension in found.labels_by_dimension:
        if dimension not in known:
            words = join_words(found.get_words(dimension))
            yield _render_labelled_line(
                sanitize_line(dimension, 40).capitalize(),
                sanitize_line(words, 200),
                *_format_dimension_reasons(found, dimension),
            )


def _format_dimension_reasons(found: Assessment, dimension: str) -> tuple[str, ...]:
    why = [sanitize_line(words, 300) for words in found.find_reasons(dimension)]
    return (f"Because {'; '.join(why)}",) if why else ()


def _format_probability(share: float) -> str:
    """Return `87 %`, between 1 % and 99 %: no classifier is surer than that."""
    return f"{min(99, max(1, round(100 * share)))} %"
