"""What we made of a post: a line of labels with the menu that corrects them, a line of reasons, all of it on demand."""

from collections.abc import Iterator

from bot.cards import buttons, drawing
from bot.cards.drawing import Block, Drawing
from bot.cards.said import NAMES, noun, who
from bot.cards.words import escape, one_line
from bot.domain.assessment import Assessment, Intent, Signal
from bot.domain.case import Case
from bot.domain.correcting import describe_correction
from bot.domain.correction import ABOUT_US, COLLEAGUE, GENUINE, NOT_ABOUT_US, SPAM, CorrectionKind
from bot.domain.subject import SubjectKind
from bot.domain.words import join_words

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


def labels(case: Case) -> Block:
    """What the title has no room for, on one line. Beside it the menu for what was heard wrongly."""
    line = drawing.plain(" · ".join(_facts(case.assessment)), 300)
    return drawing.section(line, accessory=drawing.overflow(buttons.CORRECT, _menu(case)))


def _facts(found: Assessment) -> Iterator[str]:
    yield f"Urgency {found.urgency} of 100"
    held = [Intent(word) for word in found.get_words("intent") if word in set(Intent)]
    if also := [ALSO[intent] for intent in held if intent in ALSO and intent is not found.intent]:
        yield f"also {join_words(also)}"
    if found.language not in {"", ENGLISH}:
        yield f"in {language(found.language)}"


def language(code: str) -> str:
    return LANGUAGES.get(code, "") or f"another language ({one_line(code, 20)})"


def _menu(case: Case) -> list[tuple[str, str]]:
    def make_option(words: str, kind: CorrectionKind, now: str = "") -> tuple[str, str]:
        return words, buttons.correction(kind, case.id, now)

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


def reasons(case: Case, most: int = 600) -> Block | None:
    """Why we think so. Reasons quote the post, so they are plain text; who corrected them is a person to Slack."""
    found = case.assessment
    lines = []
    if why := [one_line(words, REASON_MOST) for words in _because(case)]:
        lines.append(f"Because {'; '.join(why)}")
    if parts := [f"{_part(signal)} ({signal.weight})" for signal in found.signals if signal.weight]:
        lines.append(f"Urgent by {', '.join(parts)}")
    texts = [drawing.plain("\n".join(lines), most)] if lines else []
    return drawing.context(*texts, *map(drawing.mrkdwn, _corrected(case))) if texts or case.corrections else None


def _because(case: Case) -> Iterator[str]:
    """Of the feeling, and of the kind and the subject that stand in the title. What was corrected is said beside it."""
    found = case.assessment
    heard = [signal for signal in found.signals if signal.holds and signal.because]
    if case.corrections:
        heard = [signal for signal in heard if signal.detector != COLLEAGUE]
    yield from (signal.because for signal in heard if signal.dimension == "sentiment")
    yield from (signal.because for signal in heard if signal.label == f"intent:{found.intent.value}")
    for signal in heard:
        if signal.label == f"subject:{found.subject}" and "@" not in signal.because:  # a tag leaves no doubt
            yield signal.because


def _part(signal: Signal) -> str:
    """Without the name of the part, where its reason begins with it."""
    words = signal.because.removeprefix(f"{signal.word}:").strip()
    return one_line(words or signal.word, REASON_MOST)


def _corrected(case: Case) -> list[str]:
    """mrkdwn: a line for each person who corrected something."""
    by: dict[str, list[str]] = {}
    for one in case.corrections:
        by.setdefault(one.by, []).append(escape(one_line(describe_correction(one), 80)))
    return [f"✏️ *Corrected by* <@{person}>: {'; '.join(words)}" for person, words in by.items()]


def why(case: Case) -> Drawing:
    """All that was heard, for whoever asks: what held and what did not, how sure, and because of what."""
    found = case.assessment
    lines = [*_feeling(found), *_kinds(found), *_subjects(found), *_language(found), *_urgency(found), *_others(found)]
    lines.append(_line("Here by", f"route {one_line(case.route, 60)}" if case.route else "hand"))
    head = f"What Earshot heard in the {noun(case)} from {who(case.mention)}"
    corrected = [drawing.context(drawing.mrkdwn(words)) for words in _corrected(case)]
    how = "Heard wrongly? The menu ⋯ on the card corrects it, and Earshot can learn from that."
    blocks = [
        drawing.section(drawing.plain(head, 200)),
        drawing.rich_text(drawing.bullets(*lines)),
        *corrected,
        drawing.context(drawing.plain(how)),
    ]
    return Drawing(escape(head), blocks)


def _line(name: str, *words: str) -> Block:
    return drawing.line(drawing.run(f"{name}: ", bold=True), drawing.run(". ".join(one for one in words if one)))


def _feeling(found: Assessment) -> Iterator[Block]:
    shares = {word: share for word, share in found.probabilities.items() if share}
    if not shares:
        return
    said = ", ".join(f"{_mild(share)} {word}" for word, share in sorted(shares.items(), key=lambda one: -one[1]))
    unsure = "Unsure, because none is likely enough to act on" if found.is_unsure else ""
    yield _line("Feeling", said, unsure, *_reasons(found, "sentiment"))


def _kinds(found: Assessment) -> Iterator[Block]:
    likely = sorted(found.intents.items(), key=lambda one: -one[1])
    held = set(found.get_words("intent"))
    named = {word: NAMES[Intent(word)].lower() if word in set(Intent) else word for word, _ in likely}
    yes = [f"{_mild(share)} {named[word]}" for word, share in likely if word in held]
    no = [f"{_mild(share)} {named[word]}" for word, share in likely if word not in held]
    if yes or no:
        short = f"Not likely enough: {', '.join(no)}" if no else ""
        yield _line("Kind", ", ".join(yes), *_reasons(found, "intent"), short)


def _subjects(found: Assessment) -> Iterator[Block]:
    if names := found.get_words("subject"):
        kind = f" ({found.kind})" if found.kind else ""
        yield _line("Subject", one_line(f"{join_words(names)}{kind}", 200), *_reasons(found, "subject"))
    else:
        yield _line("Subject", "none that the playbook names")


def _language(found: Assessment) -> Iterator[Block]:
    if found.language:
        yield _line("Language", language(found.language), *_reasons(found, "language"))


def _urgency(found: Assessment) -> Iterator[Block]:
    parts = ", ".join(f"{_part(signal)} {signal.weight}" for signal in found.signals if signal.weight)
    yield _line("Urgency", f"{found.urgency} of 100", f"The sum of: {parts}" if parts else "Nothing in it is urgent")


def _others(found: Assessment) -> Iterator[Block]:
    """What a detector tells of which this card knows nothing yet."""
    known = {"sentiment", "intent", "subject", "kind", "language", "urgency"}
    for dimension in found.labels_by_dimension:
        if dimension not in known:
            words = join_words(found.get_words(dimension))
            yield _line(one_line(dimension, 40).capitalize(), one_line(words, 200), *_reasons(found, dimension))


def _reasons(found: Assessment, dimension: str) -> tuple[str, ...]:
    why = [one_line(words, 300) for words in found.find_reasons(dimension)]
    return (f"Because {'; '.join(why)}",) if why else ()


def _mild(share: float) -> str:
    """`87 %`, and never all or nothing: nobody is that sure of words."""
    return f"{min(99, max(1, round(100 * share)))} %"
