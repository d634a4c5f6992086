"""The form behind *Reply…*, and the text to copy with the link to where it is sent. Earshot sends nothing in public."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    make_actions,
    make_button,
    make_context,
    make_line,
    make_plain_text,
    make_quote,
    make_rich_text,
    make_run,
    make_section,
)
from bot.cards.case import render_open_post_button
from bot.cards.case_mention import format_outlet
from bot.cards.case_requests import format_answer_deadline
from bot.cards.case_status import format_approval
from bot.cards.modal_blocks import MAX_OPTIONS, ModalMetadata, make_input, make_modal, make_option, make_select
from bot.cards.modals import render_case_context
from bot.domain.case import Case
from bot.domain.replies.checks import ReplyFinding
from bot.domain.replies.lengths import ReplyLength
from bot.domain.replies.saved_replies import MAX_REPLY, MAX_REPLY_NAME, SavedReply
from bot.domain.text import join_words

KEPT = "If you close this form, your text is kept for a day, unless the case gets another owner."
RESTORED = "↩️ You typed this before you closed the form."


class ReplyForm(NamedTuple):
    """A reply as far as it is written. `text` is what was typed, `public_text` what is sent."""

    case: Case
    text: str
    public_text: str
    length: ReplyLength
    composer_url: str = ""
    """Empty where the outlet has no composer that a link can fill."""
    addressee: str = ""
    """With which `public_text` begins, because the composer opens a new post."""
    replies: tuple[SavedReply, ...] = ()
    chosen: SavedReply | None = None
    """The saved reply that was just chosen."""
    is_inserted: bool = False
    """Whether the text is as a saved reply or a draft put it there: a link with it is never outdated."""
    insertions: int = 0
    """How often something else than typing has changed the text."""
    is_restored: bool = False
    """Whether the text is from before the form was closed."""
    can_delete: bool = False
    """Whether this person may delete `chosen`."""
    caution: str = ""
    """What to think of before this person is answered at all, as plain text."""
    findings: tuple[ReplyFinding, ...] = ()
    has_drafts: bool = False
    """Whether a draft can be asked for."""
    is_drafting: bool = False
    """Whether one is asked for just now."""
    draft: str = ""
    """What a model proposes; it is put into the form by a press alone."""
    draft_note: str = ""
    """Why there is none."""
    approver: str = ""
    """Who has to approve a reply in this case; empty: nobody."""
    others: tuple[str, ...] = ()
    """Who else is writing a reply in this case."""


def build_text_block(number: int) -> str:
    """Return the block id of the text. Slack keeps what is typed in a block, so another text needs another id."""
    return f"{action_ids.REPLY_TEXT}{number}"


def render_reply_modal(form: ReplyForm, origin: ModalMetadata, number: int = 0) -> dict[str, Any]:
    """Return the form. `number` grows whenever the text was changed by something else than typing."""
    typing: Block = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": MAX_REPLY,
        "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
        **({"initial_value": form.text} if form.text else {}),
    }
    view = make_modal(
        action_ids.REPLY_MODAL,
        "Reply",
        "Copy & open",
        origin,
        render_case_context(form.case),
        *_render_saved_replies(form),
        {
            **make_input(build_text_block(number), "Your reply", typing, hint=KEPT),
            "dispatch_action": True,
        },
        *([make_context(RESTORED)] if form.is_restored else []),
        *_render_notes(form),
        *_render_draft(form),
        *_render_controls(form),
    )
    return {**view, "notify_on_close": True}


def _render_saved_replies(form: ReplyForm) -> Iterator[Block]:
    if form.replies:
        options = [make_option(_format_option(form.case, one), one.id) for one in form.replies[:MAX_OPTIONS]]
        menu = {**make_select(options), "action_id": action_ids.REPLY_CHOOSE}
        yield make_section("*Saved replies*", accessory=menu)


def _format_option(case: Case, reply: SavedReply) -> str:
    is_other = reply.language and reply.language != case.assessment.language
    return f"{reply.name} ({reply.language})" if is_other else reply.name


def _render_notes(form: ReplyForm) -> list[Block]:
    """Return who else is writing, the length, and what to look at. It never keeps anybody from opening the reply."""
    busy = [make_context(_format_others(form.others))] if form.others else []
    sentences = [*([form.caution] if form.caution else []), *(one.sentence for one in form.findings)]
    warnings = [f"⚠️ {one}" for one in sentences]
    notes = [make_context(make_plain_text(words)) for words in (_format_length(form), *warnings)]
    return [*busy, *notes, *([make_context(_format_approval_note(form))] if form.approver else [])]


def _format_others(others: Sequence[str]) -> str:
    who, are = join_words([f"<@{one}>" for one in others]), "are" if len(others) > 1 else "is"
    return f"✍️ {who} {are} writing a reply to this post, too. Agree who sends it."


def _render_draft(form: ReplyForm) -> list[Block]:
    """Return the draft of a model, marked as such, or why there is none."""
    if form.is_drafting and form.has_drafts:
        return [make_context("🤖 Writing a draft. This takes a few seconds. You can go on typing.")]
    if form.draft_note:
        return [make_context(make_plain_text(f"🤖 No draft: {form.draft_note}. Use a saved reply, or your own words."))]
    if not form.draft:
        return []
    use = make_button("Use draft", action_ids.REPLY_USE_DRAFT, form.case.id)
    mark = "🤖 Draft by a model, not by a person. Check it, and change it, before you send it."
    return [make_context(mark), make_rich_text(make_quote(form.draft)), make_actions(use)]


def _is_asked(form: ReplyForm) -> bool:
    """Whether this very text was sent for approval."""
    return form.case.approval is not None and form.case.approval.text == form.text


def _format_approval_note(form: ReplyForm) -> str:
    """Return as mrkdwn what is to be done about the approval, or what came of it."""
    if _is_asked(form) and (asked := form.case.approval) and (words := format_approval(form.case)):
        then = f" {format_answer_deadline(asked)}" if asked.allowed is None else ""
        return f"👀 {words[0].upper()}{words[1:]}.{then}"
    return f"👀 Ask <@{form.approver}> to approve a reply to this kind of post before you open it."


def _format_length(form: ReplyForm) -> str:
    used, most = form.length
    begins = f" Begins with {form.addressee.strip()}." if form.addressee else ""
    if form.length.remaining is None or most is None:
        return f"{used:,} characters.{begins}"
    if form.length.remaining < 0:
        return (
            f"✂️ {-form.length.remaining:,} over the {most:,} characters of {format_outlet(form.case.mention)}.{begins}"
        )
    return f"{form.length.remaining:,} of {most:,} characters left.{begins}"


def _render_controls(form: ReplyForm) -> list[Block]:
    """Return the buttons; there may be none where the post has no address that is safe to follow."""
    return [make_actions(*controls)] if (controls := list(_iter_controls(form))) else []


def _iter_controls(form: ReplyForm) -> Iterator[Block]:
    if form.is_inserted and form.composer_url:  # Slack opens the text as it was drawn, not as it was typed since
        yield _render_composer_button(form)
    yield from render_open_post_button(form.case)
    if form.has_drafts and not form.is_drafting:
        yield make_button("Draft", action_ids.REPLY_DRAFT, form.case.id, a11y_label="Ask a model for a draft")
    if form.text and form.approver and not _is_asked(form):
        yield make_button("Ask for approval", action_ids.REPLY_ASK, form.case.id)
    if form.text:
        yield make_button("Save this reply…", action_ids.REPLY_SAVE, form.case.id)
    if form.chosen and form.can_delete:
        name = form.chosen.name
        yield make_button("Delete saved reply", action_ids.REPLY_DELETE, form.chosen.id, a11y_label=f"Delete “{name}”")


def _render_composer_button(form: ReplyForm, style: str = "") -> Block:
    label = f"Open on {format_outlet(form.case.mention)}"
    return make_button(label, action_ids.REPLY_OPEN, form.case.id, url=form.composer_url, style=style)


def render_copy_modal(
    form: ReplyForm, origin: ModalMetadata, *, can_resolve: bool = True, is_late: bool = False
) -> dict[str, Any]:
    """Return the modal on top of the form: the text to copy, and where to send it.

    `can_resolve`: whether Slack has room for another form on top. `is_late`: what opened was an older text.
    """
    where = "Open it with this text, or copy the text." if form.composer_url else "Copy the text, then open the post."
    where = f"What you opened lacks your last change. {where}" if is_late else where
    preformatted = {
        "type": "rich_text_preformatted",
        "elements": [make_run(form.public_text, max_length=MAX_REPLY + 200)],
    }
    controls = [
        *([_render_composer_button(form, "primary")] if form.composer_url else []),
        *render_open_post_button(form.case),
        *([make_button("Resolve…", action_ids.RESOLVE, form.case.id)] if can_resolve else []),
    ]
    return make_modal(
        action_ids.REPLY_COPY,
        "Copy & open",
        "",
        origin,
        make_rich_text(make_line(where), preformatted),
        *_render_notes(form),
        *([make_actions(*controls)] if controls else []),
        make_context("You send it, under your own name. Earshot never posts in public."),
        close="Back",
    )


def render_reply_save_modal(form: ReplyForm, origin: ModalMetadata, number: int = 0) -> dict[str, Any]:
    """Return the modal that asks for the name of a reply. It keeps the text, with placeholders for names.

    `number` is that of the form below, which shows the new reply in its menu.
    """
    return make_modal(
        action_ids.REPLY_SAVE_MODAL,
        "Save this reply",
        "Save",
        origin,
        make_input(
            action_ids.REPLY_NAME,
            "Name",
            {"type": "plain_text_input", "max_length": MAX_REPLY_NAME},
            hint="Offered to everybody for this type of post. You and managers can delete it.",
        ),
        make_input(
            build_text_block(number),
            "Text",
            {"type": "plain_text_input", "multiline": True, "max_length": MAX_REPLY, "initial_value": form.text},
            hint="{name} stands for the person, {signature} for who replies.",
        ),
        close="Back",
    )
