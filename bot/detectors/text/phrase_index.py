"""All phrases that any detector asks for, in one book: a post is read once for all of them."""

from functools import cache

from bot.detectors.text.lexicon_files import LexiconTable, load_lexicon
from bot.detectors.text.phrases import PhraseIndex

INTENTS, HARM, PITCHES, PRESSING, HURRIES = "intents", "harm", "spam_pitches", "pressing", "hurries"
IDIOM, DISASTER, FLATTERY = "idiom", "disaster", "flattery"
"""Families that are made of plain lists, or whose points are reckoned otherwise."""


@cache
def load_phrase_index() -> PhraseIndex:
    """Made when the first post is read: who starts to show a playbook waits for no table."""
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
