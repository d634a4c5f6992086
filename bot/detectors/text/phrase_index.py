"""The index of all phrases that any detector needs, so that a post is searched once for all of them."""

from functools import cache

from bot.detectors.text.lexicon_files import LexiconTable, load_lexicon
from bot.detectors.text.phrases import PhraseIndex

INTENTS, HARM, PITCHES, PRESSING, HURRIES = "intents", "harm", "spam_pitches", "pressing", "hurries"
IDIOM, DISASTER, FLATTERY = "idiom", "disaster", "flattery"
"""Families made of plain word lists, or with points of another scale."""


@cache
def load_phrase_index() -> PhraseIndex:
    """Build the index for the first post: commands that only show a playbook need no word lists."""
    harm, pitches = LexiconTable(HARM), LexiconTable(PITCHES)
    return PhraseIndex(
        {
            INTENTS: LexiconTable(INTENTS).families,
            HARM: {
                **harm.families,
                **LexiconTable(DISASTER).families,
                IDIOM: dict.fromkeys(harm.words["idioms"], 0.0),
            },
            PITCHES: {**pitches.families, FLATTERY: dict.fromkeys(pitches.words["flattery"], 1.0)},
            PRESSING: LexiconTable(PRESSING).families,
            HURRIES: {HURRIES: dict.fromkeys(load_lexicon("spam_features")["words"]["hurries"], 1.0)},
        }
    )
