"""*Thank*: the answer with words of one's own, the list of people to thank, and what is worth sharing."""

from collections.abc import Mapping, Sequence

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_plain_text,
    make_section,
    render_text,
)
from bot.cards.case import render_open_post_button
from bot.cards.case_mention import format_author, format_outlet
from bot.cards.reply import ReplyForm
from bot.cards.sanitize import sanitize_line
from bot.domain.case import Case
from bot.domain.cases.praise import FAN_FROM
from bot.domain.persons.person import Person
from bot.domain.text import format_count, format_people

SHOWN = 15
HOW = "*Thank* puts your name on the card. Nothing is posted in public."
NOT_PUBLIC = "Your thanks are on the card. Nothing is posted in public."


def render_thank_receipt(case: Case, forms: Sequence[ReplyForm]) -> RenderedMessage:
    """Return the answer to who thanked: saved words to open at the outlet, and *Share-worthy*."""
    text = f"🙏 {NOT_PUBLIC}" + (
        f"{_format_earlier_thanks(case)} To say it there, too, open one of these and send it under your name:"
        if forms
        else ""
    )
    cautions = sorted({form.caution for form in forms if form.caution})
    notes = [make_context(make_plain_text(f"⚠️ {one}")) for one in cautions]
    share = [] if case.shared_by else [make_button("Share-worthy", action_ids.SHARE_MARK, case.id)]
    buttons = [*render_open_post_button(case), *share]
    return render_text(text, *notes, *map(_render_words, forms), *([make_actions(*buttons)] if buttons else []))


def _format_earlier_thanks(case: Case) -> str:
    """Return who thanked before the person who has just done so."""
    before = case.thanked_by[:-1]
    return f" {format_people(before)} thanked them before you. One public thank-you is enough." if before else ""


def _render_words(form: ReplyForm) -> Block:
    source = format_outlet(form.case.mention)
    link = make_button(f"Open on {source}", action_ids.OPEN_POST, url=form.composer_url) if form.composer_url else None
    return make_section(make_plain_text(form.public_text, 500), accessory=link)


def render_share_receipt(case: Case) -> RenderedMessage:
    if not case.shared_by:
        return render_text("↩️ Taken out of what is worth sharing.")
    undo = make_button("Undo", action_ids.SHARE_UNMARK, case.id)
    return render_text("⭐ Marked as share-worthy. `/sentiment share` lists it.", make_actions(undo))


def render_unthanked(cases: Sequence[Case], persons: Mapping[str, Person], bots: int) -> RenderedMessage:
    """Return the people of the last week whom nobody has thanked, each once. `bots`: how many were left out."""
    left_out = [make_context(f"{format_count(bots, 'likely bot')} left out.")] if bots else []
    if not cases:
        return render_text("🙏 Everybody who praised you in the last 7 days was thanked.", *left_out)
    rows = [_render_praise(one, persons) for one in cases[:SHOWN]]
    more = len(cases) - len(rows)
    rest = [make_context(f"… and {more:,} more")] if more > 0 else []
    head = make_section(f"*Not thanked yet · {format_count(len(cases), 'person', 'people')} in 7 days*")
    return RenderedMessage("People to thank", [head, *rows, *rest, *left_out, make_context(HOW)])


def render_shareworthy_row(total: int) -> Block:
    """Return the line of the Home tab."""
    words = f"⭐ *{format_count(total, 'post')}* {'is' if total == 1 else 'are'} worth sharing."
    return make_section(
        words,
        accessory=make_button("View list", action_ids.SHARE_LIST, a11y_label="View posts worth sharing"),
        block_id=action_ids.build_home_place("share"),
    )


def render_shareworthy(
    cases: Sequence[Case], persons: Mapping[str, Person], cautions: Mapping[str, str]
) -> RenderedMessage:
    """`cautions`: what *Open post…* says first, by the id of the case."""
    if not cases:
        return render_text("Nothing is marked as share-worthy. *Thank* on praise offers it.")
    rows = [block for one in cases[:SHOWN] for block in _render_shareworthy(one, persons, cautions.get(one.id, ""))]
    note = "Ask before you share somebody's words. *Done* takes a post out of this list."
    return RenderedMessage("Worth sharing", [make_section("*Worth sharing*"), *rows, make_context(note)])


def _render_shareworthy(case: Case, persons: Mapping[str, Person], caution: str) -> list[Block]:
    done = make_button("Done", action_ids.SHARE_DONE, case.id, a11y_label=f"Done: {format_author(case.mention)}")
    return [
        make_section(_format_praise(case, persons)),
        make_actions(done, *render_open_post_button(case, caution=caution)),
    ]


def _render_praise(case: Case, persons: Mapping[str, Person]) -> Block:
    who = format_author(case.mention)
    thank = make_button("Thank", action_ids.THANK_HERE, case.id, a11y_label=f"Thank: {who}")
    return make_section(_format_praise(case, persons), accessory=thank)


def _format_praise(case: Case, persons: Mapping[str, Person]) -> Block:
    """Return who, how often they praised, and the words, as plain text."""
    person = persons.get(case.mention.author_key)
    times = person.praised if person else 0
    fan = f" · {'⭐ a fan: ' if times >= FAN_FROM else ''}praised {times:,} times" if times > 1 else ""
    return make_plain_text(f"{format_author(case.mention)}{fan}: {sanitize_line(case.mention.text, 200)}", 400)
