"""Find questions that are asked without a question mark: "does northwind air fly to Porto"."""

from collections.abc import Sequence

from bot.detectors.text.masking import NAME

ENDS = frozenset({".", "!", "…", "...", "..", ":", ";"})
BEFORE = frozenset(
    {"hi", "hey", "hello", "hiya", "dear", "ok", "okay", "so", "and", "but", "also", "please", "pls", "btw", "um", "yo"}
    | {"question", "quick", "sorry", "excuse", "me", "just", ",", "-", NAME}
)
"""What may stand before the first word of a question, beside handles and hashtags."""
VERBS = frozenset({"does", "do", "is", "are", "can", "could", "will", "would", "has", "have", "did", "should"})
PERSONS = frozenset(
    {"you", "u", "i", "we", "they", "he", "she", "it", "there", "anyone", "anybody", "someone", "somebody", "any", NAME}
)
THINGS = frozenset({"the", "your", "ur", "my", "our", "this", "that", "these"})
STATES = frozenset({"is", "are", "do", "have", "has"})
"""Before a thing they may begin an order, or a sentence without its subject: "do your job", "is my last trip"."""
_BE_OR_DO = frozenset({"is", "are", "do", "does", "did", "will", "can", "could", "would", "should"})
OPENINGS = {
    "what": _BE_OR_DO | {"time", "kind", "size", "happens", "about"},
    "when": _BE_OR_DO,
    "where": _BE_OR_DO,
    "who": _BE_OR_DO,
    "how": _BE_OR_DO | {"much", "many", "long", "far", "often", "late", "early", "soon", "big"},
    "which": frozenset({"bus", "gate", "one", "size", "number", "terminal", "store", "shop", "plan", "day"}),
    "why": _BE_OR_DO | {"has", "have", "isn't", "don't", "doesn't", "can't", "won't", "hasn't", "didn't", "am"},
}
"""The words after which a question word asks."""
IF = frozenset({"if", "whether", "when", "where", "how", "what", "which", "who", "why"})
INDIRECT = {
    "know": frozenset({"to", "anyone", "anybody", "someone", "somebody"}),
    "wondering": frozenset(),
    "out": frozenset({"find", "figure"}),
    "me": frozenset({"tell", "ask"}),
}
"""Words that come before an indirect question, and the words that must come before them."""


def find_question(words: Sequence[str]) -> str:
    """Return the words that ask; empty if there are none, or if the post has a question mark.

    `words`: in lower case, with `NAME` for each name.
    """
    if any("?" in word for word in words):
        return ""
    start = True
    for place, word in enumerate(words[:-1]):
        following = words[place + 1]
        if start and _is_question_start(words, place):
            return f"{word} {following}"
        if following in IF and word in INDIRECT and (not INDIRECT[word] or words[place - 1] in INDIRECT[word]):
            return f"{word} {following}"
        start = word in ENDS or (start and (word in BEFORE or word[0] in "@#"))
    return ""


def _is_question_start(words: Sequence[str], place: int) -> bool:
    word, following = words[place], words[place + 1]
    if word in OPENINGS:
        return following in OPENINGS[word]
    if (word, following) == ("do", "it"):
        return False
    return word in VERBS and (following in PERSONS or (following in THINGS and word not in STATES))
