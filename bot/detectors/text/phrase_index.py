"""The index of all phrases that any detector needs, so that a post is searched once for all of them."""

from functools import cache

from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.phrases import PhraseIndex

INTENTS, HARM, PRESSING = "intents", "harm", "pressing"
IDIOM, DISASTER = "idiom", "disaster"
"""Families made of plain word lists, or with points of another scale."""


@cache
def load_phrase_index() -> PhraseIndex:
    """Build the index for the first post: commands that only show a playbook need no word lists."""
    harm = LexiconTable(HARM)
    return PhraseIndex(
        {
            INTENTS: LexiconTable(INTENTS).families,
            HARM: {
                **harm.families,
                **LexiconTable(DISASTER).families,
                IDIOM: dict.fromkeys(harm.words["idioms"], 0.0),
            },
            PRESSING: LexiconTable(PRESSING).families,
        }
    )
