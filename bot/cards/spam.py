"""The latest spam, to be looked through: who said what, why it was taken for spam, and the way back."""

from collections.abc import Sequence

from bot.cards import buttons, drawing, said
from bot.cards.drawing import Block, Drawing
from bot.cards.words import one_line, spelled
from bot.domain.assessment import Assessment
from bot.domain.mention import Mention
from bot.domain.words import format_count

WORDS_SHOWN = 240
NONE = "Nothing was taken for spam lately."
NO_OLDER = "There is no older spam. /sentiment spam shows what there is."


def draw(entries: Sequence[tuple[str, Mention, Assessment]], kept: int, *, more: bool) -> Drawing:
    """`entries` by their ids, newest first; `kept` is how many there are in all."""
    if not entries:
        words = NO_OLDER if kept else NONE
        return Drawing(words, [drawing.section(drawing.plain(words))])
    head = f"{format_count(kept, 'post')} taken for spam lately, the newest first"
    how = "It is counted apart, and shown only here. A post that is no spam becomes a case when you bring it back."
    blocks = [drawing.section(drawing.mrkdwn(f"*{head}*\n{how}"))]
    for entry, mention, assessment in entries:
        blocks.append(_one(entry, mention, assessment))
    if more:
        older = drawing.button("Older", buttons.SPAM_OLDER, entries[-1][0], aloud="Show older spam")
        blocks.append(drawing.actions(older))
    return Drawing(head, blocks)


def _one(entry: str, mention: Mention, assessment: Assessment) -> Block:
    """Plain text only: of all that strangers say, this is the likeliest to be hostile. No link can be followed."""
    because = "; ".join(one_line(words, 120) for words in assessment.find_reasons("intent")) or "no reason was given"
    words = one_line(mention.text, WORDS_SHOWN) or said.WORDLESS
    when = spelled(mention.created_at)
    text = f"{said.who(mention)} on {said.outlet(mention)}, {when}: {words}\n→ {because}"
    back = drawing.button(
        "Bring it back", buttons.BRING_BACK, entry, aloud=f"Bring back the post of {said.who(mention, 40)}"
    )
    return drawing.section(drawing.plain(text, 600), accessory=back)
