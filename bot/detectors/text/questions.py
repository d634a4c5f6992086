"""Find questions that are asked without a question mark: "does northwind air fly to Porto"."""

from collections.abc import Sequence

from bot.detectors.text.lexicon_files import load_lexicon
from bot.detectors.text.word_flags import MAY_ASK, QUESTION_MARK, WordFlags

_LEXICON = load_lexicon("questions")
_WORDS, _OPENINGS, _INDIRECT = _LEXICON["words"], _LEXICON["openings"], _LEXICON["indirect"]


def find_question(post: WordFlags) -> str:
    """Return the words that ask; empty if there are none, or if the post has a question mark."""
    if post.flags & QUESTION_MARK:
        return ""
    words = post.words
    for place in post.find_places(MAY_ASK):
        word, following = words[place], "".join(words[place + 1 : place + 2])
        is_direct = _is_question_start(word, following) and _is_sentence_start(words, place)
        if is_direct or (following in _WORDS["if"] and _is_indirect_question(word, words[place - 1])):
            return f"{word} {following}"
    return ""


def _is_question_start(word: str, following: str) -> bool:
    if word in _OPENINGS:
        return following in _OPENINGS[word]
    if word not in _WORDS["verbs"] or (word, following) == ("do", "it"):
        return False
    return following in _WORDS["persons"] or (following in _WORDS["things"] and word not in _WORDS["states"])


def _is_sentence_start(words: Sequence[str], place: int) -> bool:
    before = (word for word in reversed(words[:place]) if word not in _WORDS["before"] and word[0] not in "@#")
    return next(before, ".") in _WORDS["ends"]


def _is_indirect_question(word: str, before: str) -> bool:
    return word in _INDIRECT and (not _INDIRECT[word] or before in _INDIRECT[word])
