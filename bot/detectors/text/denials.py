"""Replace denied trouble: "no complaints", "can't fault them", "never let me down"."""

import re

from bot.detectors.text.lexicon_files import LexiconTable

TROUBLE = LexiconTable("word_lists").words["trouble"]
"""Each phrase contains one of these."""
ENDED = frozenset(["until", "till"])
"""Words of trouble that began."""
MEANS = "fine"
"""What the model reads instead: it knows the words of trouble from people who had some."""

_NOUN = "(?:complaints?|issues?|problems?|troubles?|hassles?|delays?|faults?|hiccups?|drama)"
_NONE = (
    "(?:no|zero|0|without(?: any)?|not (?:a single|any)|free of(?: any)?"
    "|(?:never|haven't|hasn't|hadn't)(?: once)?(?: had| have| has)?(?: an?| any)?|yet to have (?:an?|any)"
    "|(?:never|not once) (?:gave|gives|given) (?:me|us) any|(?:don't|do not|didn't|did not) have any)"
)
_KIND = "(?: (?:real|single|major|big|other|such|more|further|technical))?"
_NOT_OURS = (
    "(?! (?:forms?|number|departments?|desk|teams?|lines?|page|procedure|process|handling|was|were|is|are|gets?|got|has"
    "|have|ever|been|being|solved|resolved|answered|fixed|handled|taken|addressed|too|we|i|they))"
)
_NOT = "(?:not|wasn't|isn't|weren't|aren't)"
_DENIED = re.compile(
    rf"(?<!\S)(?!no problem(?! (?:with|at all|so far)))(?:{_NONE}{_KIND} {_NOUN}(?: at all| whatsoever)?{_NOT_OURS}"
    r"|(?:can't|cannot|can not|cant|couldn't|could not) (?:complain|fault|be (?:happier|better))(?! enough)"
    r"|(?:can't|cannot|cant|couldn't) say anything bad|(?:hard|impossible) to (?:complain|fault)|nothing wrong with"
    r"|(?:never|hasn't|haven't) failed (?:me|us)(?: yet)?"
    r"|nothing (?:to complain about|bad to say)|(?:no|not one|not a single) bad (?:words?|experiences?|things?)"
    rf"|{_NOT} (?:(?:too|so|that|half|at all|a) )?(?:bad|terrible|awful)(?: at all)?(?! (?:enough|idea))"
    rf"|{_NOT} an? (?:problem|issue)(?! (?:for|to) (?:you|them))"
    r"|(?:never|didn't|did not|doesn't|does not|don't|won't|hasn't|haven't) "
    r"(?:disappoint(?:s|ed)?|(?:let|lets) (?:me|us|you) down|fails? to (?:deliver|impress|please)))(?!\S)"
)


def find_denials(words: list[str]) -> list[tuple[int, int]]:
    """Return the spans of denied trouble, in order. `words`: in lower case, one of them in `TROUBLE`."""
    if not ENDED.isdisjoint(words):
        return []
    text = " ".join(words)
    return [
        (text.count(" ", 0, found.start()), text.count(" ", 0, found.end()) + 1) for found in _DENIED.finditer(text)
    ]


def rewrite_denials(tokens: list[str], words: list[str]) -> tuple[list[str], list[str], list[tuple[int, int]]]:
    """Return tokens and words with each such phrase as one token, and `MEANS` as its word; and the spans of the
    phrases.
    """
    spans = find_denials(words)
    for start, end in reversed(spans):
        tokens = [*tokens[:start], " ".join(tokens[start:end]), *tokens[end:]]
        words = [*words[:start], MEANS, *words[end:]]
    return tokens, words, spans


def shift_place(place: int, spans: list[tuple[int, int]]) -> int:
    """Return the new index of a word behind replaced phrases."""
    return place - sum(end - start - 1 for start, end in spans if end <= place)
