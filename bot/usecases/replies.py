"""Write a reply to a claimed case: saved replies, the outlet's composer, and who is writing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot import metrics
from bot.cards.author_history import format_caution
from bot.cards.reply import ReplyForm
from bot.clock import Clock
from bot.domain.cases.caution_transitions import note_opening
from bot.domain.cases.offer_transitions import list_guidance, list_uses
from bot.domain.cases.reply_openings import record_opening
from bot.domain.errors import NotAllowed
from bot.domain.lifecycle import CaseTransition
from bot.domain.replies.approval import can_ask_approval, note_opened_text, request_approval
from bot.domain.replies.checks import ReplyContext, check_reply, contains_apology
from bot.domain.replies.composer import build_addressee, build_composer_url, find_outlet, prefix_addressee
from bot.domain.replies.drafts import (
    DraftContext,
    DraftOptions,
    DraftUnavailableError,
    build_draft_messages,
    sanitize_draft,
)
from bot.domain.replies.lengths import measure_reply
from bot.domain.replies.saved_replies import (
    MAX_REPLY,
    MAX_REPLY_NAME,
    ReplyRules,
    SavedReply,
    fill_placeholders,
    fold_name,
    insert_reply,
    pick_name,
    rank_replies,
    restore_placeholders,
)
from bot.domain.replies.writing import WritingRecord, WritingRecords, find_writing, insert_text, list_writers
from bot.domain.reports.report import DRAFTED, EDITED, WARNED
from bot.domain.rules import PlaybookRules
from bot.store.replies import ReplyStore, UpdateRecord
from bot.store.repository import TRIES
from bot.usecases.cases import CaseUseCases, CaseView
from bot.usecases.staff import NAMELESS, StaffDirectory


class ReplyPlaybook(PlaybookRules, Protocol):
    def get_reply_rules(self) -> ReplyRules: ...

    def get_draft_options(self) -> DraftOptions: ...


class DraftWriter(Protocol):
    async def request_draft(self, options: DraftOptions, messages: Sequence[dict[str, str]]) -> str:
        """Return a model's answer, which is not to be trusted. Raises `DraftUnavailableError`."""

    def list_secrets(self) -> tuple[str, ...]:
        """Return what must not come back in an answer."""


@dataclass(frozen=True, slots=True)
class ReplyUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: ReplyStore
    _cases: CaseUseCases
    _rules: ReplyPlaybook
    _staff: StaffDirectory
    _drafts: DraftWriter | None
    _clock: Clock

    async def open_form(self, case_id: str, by: str) -> ReplyForm:
        """Return the form with what this person has typed in it before, unless that was opened at the outlet."""
        record = await self._load_own_record(case_id, by)
        text = record.text if record else ""
        form = await self.revise(case_id, by, text)
        return form._replace(is_restored=bool(text), is_inserted=bool(text))

    async def revise(self, case_id: str, by: str, text: str = "", reply_id: str = "") -> ReplyForm:
        """Return the form for what was typed, with the saved reply `reply_id` in it. Others see who is writing."""
        view, records = await self._record_writing(case_id, by, lambda one: one.copy_with(text=text))
        case, record = view.case, find_writing(records, by)
        rules = self._rules.get_reply_rules()
        replies = rank_replies(
            (*rules.saved, *await self._store.list_saved()), case.assessment.intent, case.assessment.language
        )
        chosen = next((one for one in replies if one.id == reply_id), None)
        if reply_id and chosen is None:
            raise NotAllowed("This saved reply was deleted or changed. Choose another one.")
        if chosen is not None:
            name, signature = pick_name(case.mention.author), await self._find_signature(by)
            filled = {one.id: fill_placeholders(one.text, name, signature) for one in replies}
            text = insert_reply(text, filled[chosen.id], filled.values())
            _, records = await self._record_writing(case_id, by, lambda one: insert_text(one, text))
            record = find_writing(records, by)
        form = await self._build_form(view, by, text, rules)
        return form._replace(
            replies=tuple(replies),
            chosen=chosen,
            is_inserted=chosen is not None,
            insertions=record.insertions if record else 0,
            can_delete=chosen is not None and await self._may_delete(chosen, by),
            has_drafts=self._drafts is not None and bool(self._rules.get_draft_options().url),
            draft=record.draft if record and not record.drafted_text else "",
            others=tuple(one for one in list_writers(records) if one != by),
        )

    async def suggest_replies(self, view: CaseView, by: str, most: int) -> list[ReplyForm]:
        """Return saved replies for this kind of case, filled in, with their composers. Nobody needs to own the case."""
        rules, found = self._rules.get_reply_rules(), view.case.assessment
        saved = (*rules.saved, *await self._store.list_saved())
        fitting = [one for one in saved if found.intent in one.intents and one.language in {"", found.language}]
        name, signature = pick_name(view.case.mention.author), await self._find_signature(by)
        texts = [fill_placeholders(one.text, name, signature) for one in fitting[:most]]
        return [await self._build_form(view, by, text, rules) for text in texts]

    async def _record_writing(
        self, case_id: str, by: str, update: UpdateRecord | None = None
    ) -> tuple[CaseView, WritingRecords]:
        """Record that they use the form, and return all who do. Raises `NotAllowed` if they may not reply now."""
        for _ in range(TRIES):
            view = await self._cases.check_transition(case_id, by, CaseTransition.REPLY)
            if (records := await self._store.record_writing(view.case, by, view.at, update)) is not None:
                return view, records
        raise NotAllowed("Too many people are changing this case right now. Try again in a moment.")

    async def _load_own_record(self, case_id: str, by: str) -> WritingRecord | None:
        return find_writing(await self._store.load_writing(case_id), by)

    async def request_draft(self, case_id: str, by: str, text: str) -> ReplyForm:
        """Return the form, for the text as it is by then, with a draft beside it, or why there is none."""
        form, why = await self.revise(case_id, by, text), ""
        if self._drafts is None or not form.has_drafts:
            raise NotAllowed("Drafts are off. [drafts] in the playbook names the model that writes them.")
        try:
            draft = await self._write_draft(self._drafts, form)
        except DraftUnavailableError as no:
            metrics.DRAFTS.labels("failed").inc()
            why = str(no)
        else:
            metrics.DRAFTS.labels("made").inc()
            await self._record_writing(case_id, by, lambda one: one.copy_with(draft=draft, drafted_text=""))
        record = await self._load_own_record(case_id, by)
        form = await self.revise(case_id, by, record.text if record else text)
        return form._replace(draft="", draft_note=why) if why else form

    async def _write_draft(self, writer: DraftWriter, form: ReplyForm) -> str:
        """Return what is kept of the answer of the model. Raises `DraftUnavailableError`."""
        options, view, rules = (
            self._rules.get_draft_options(),
            await self._cases.get(form.case.id),
            self._rules.get_reply_rules(),
        )
        guidance = [f"{one.text} {one.link}".strip() for one in list_guidance(view.case, view.department)]
        examples = tuple(one.text for one in form.replies)
        mention, voice, most = view.case.mention, view.department.voice, form.length.most
        context = DraftContext(mention, rules.brand, voice, tuple(guidance), examples, most)
        answer = await writer.request_draft(options, build_draft_messages(context, options.send))
        known = "\n".join((_list_known_words(view, rules), *guidance))
        return sanitize_draft(answer, known, mention.author.handle, writer.list_secrets())

    async def use_draft(self, case_id: str, by: str, text: str) -> ReplyForm:
        """Return the form with the draft in its text, below what was typed."""
        record = await self._load_own_record(case_id, by)
        if record is None or not record.draft:
            raise NotAllowed("This draft is gone. Ask for another one.")
        words = insert_reply(text, record.draft, ())
        await self._record_writing(
            case_id, by, lambda one: insert_text(one, words, draft=record.draft, drafted_text=words)
        )
        return (await self.revise(case_id, by, words))._replace(is_inserted=True)

    async def count_opening(self, case_id: str, by: str, text: str) -> None:
        """Count that a reply was opened at its outlet, and what it was opened in spite of."""
        view = await self._cases.get(case_id)
        form = await self._build_form(view, by, text, self._rules.get_reply_rules())
        words = [WARNED] if form.findings else []
        record = await self._load_own_record(case_id, by)
        if record and record.drafted_text:
            is_edited = text not in _list_opened_texts(view, record.drafted_text, self._rules.get_reply_rules())
            words += [DRAFTED, *([EDITED] if is_edited else [])]
            metrics.DRAFTS.labels("edited" if is_edited else "used").inc()
        for one in form.findings:
            metrics.REPLY_WARNINGS.labels(one.check).inc()
        metrics.REPLIES.inc()
        if contains_apology(text):
            await self._store.record_apology(case_id)
        await self._cases.apply(case_id, by, lambda case, context: record_opening(case, context, words))
        if form.caution:
            await self._cases.apply(case_id, by, note_opening)
        if (asked := view.case.approval) and asked.text:
            same = _list_opened_texts(view, asked.text, self._rules.get_reply_rules())
            await self._cases.apply(
                case_id, by, lambda case, context: note_opened_text(case, context, is_approved=text in same)
            )
        await self._record_writing(case_id, by, lambda one: one.copy_with(text=""))

    async def _build_form(self, view: CaseView, by: str, text: str, rules: ReplyRules) -> ReplyForm:
        case, department = view.case, view.department
        mention, instances, uses = case.mention, rules.instances, list_uses(case, department, by)
        staff = await self._staff.load_staff(department, self._rules.managers)
        public_text = prefix_addressee(mention, text, instances)
        return ReplyForm(
            case,
            text,
            public_text,
            measure_reply(find_outlet(mention, instances), public_text),
            build_composer_url(mention, public_text, instances),
            build_addressee(mention, instances),
            caution=format_caution(case, department, view.author, view.at, by),
            approver=rules.approval.by if can_ask_approval(case, by, rules.approval) else "",
            findings=check_reply(
                ReplyContext(
                    text,
                    tuple(one.limit for one in uses if one.limit),
                    "\n".join((department.authority, *(one.offer.text for one in uses))).strip(),
                    _list_known_words(view, rules),
                    rules.brand,
                    rules.find_account(by, mention.source),
                    can_ask=by == case.owner and any(one.offer.ask and one.offer.unit for one in uses),
                    is_manager=staff.is_manager(by),
                    has_apologized=contains_apology(text) and await self._store.has_apology(case.id),
                )
            ),
        )

    async def ask_approval(self, case_id: str, by: str, text: str) -> None:
        """Ask the person of the playbook to approve this text."""
        policy = self._rules.get_reply_rules().approval
        await self._cases.apply(case_id, by, lambda case, context: request_approval(case, context, policy, text))

    async def stop(self, case_id: str, by: str) -> None:
        """Record that the person closed the form."""
        view = await self._cases.get(case_id)
        await self._store.end_writing(view.case, view.at, by)

    async def save(self, case_id: str, by: str, name: str, text: str) -> None:
        """Save a reply for everybody, for cases of this kind and language, without whom it was written to."""
        case = (await self._cases.check_transition(case_id, by, CaseTransition.REPLY)).case
        found, author = case.assessment, case.mention.author
        name = restore_placeholders(name, author, "")
        words = restore_placeholders(text, author, await self._find_signature(by))
        if len(name) > MAX_REPLY_NAME or len(words) > MAX_REPLY:
            raise NotAllowed("This is too long with a placeholder in place of the person. Shorten it.")
        known = (*self._rules.get_reply_rules().saved, *await self._store.list_saved())
        if any(fold_name(one.name) == fold_name(name) for one in known):
            raise NotAllowed("There is a saved reply of this name already. Choose another name.")
        reply = SavedReply(name=name, text=words, intents=(found.intent,), language=found.language, by=by)
        await self._store.save_reply(reply, self._clock.now())

    async def delete(self, reply_id: str, by: str) -> None:
        found = next((one for one in await self._store.list_saved() if one.id == reply_id), None)
        if found is None:
            raise NotAllowed("This saved reply is gone already.")
        if not await self._may_delete(found, by):
            raise NotAllowed(f"Only <@{found.by}> and managers can delete this saved reply.")
        await self._store.delete_reply(reply_id, by, self._clock.now())

    async def _may_delete(self, reply: SavedReply, by: str) -> bool:
        """Whether they saved it, or manage. Those of the playbook are deleted there."""
        if not reply.by or reply.by == by:
            return bool(reply.by)
        staff = await self._staff.load_staff(self._rules.list_departments()[0], self._rules.managers)
        return staff.is_manager(by)

    async def _find_signature(self, by: str) -> str:
        """Return that of the playbook, or a dash and the name; empty if the name is not known."""
        if given := self._rules.get_reply_rules().signatures.get(by):
            return given
        name = await self._staff.find_name(by)
        return "" if name == NAMELESS else f"– {name.split()[0]}"


def _list_opened_texts(view: CaseView, text: str, rules: ReplyRules) -> set[str]:
    """Return what may open at the outlet where nobody has changed this text: itself, or behind its addressee."""
    return {text, prefix_addressee(view.case.mention, text, rules.instances)}


def _list_known_words(view: CaseView, rules: ReplyRules) -> str:
    """Return what the playbook says itself: links, addresses and accounts in it are our own."""
    department = view.department
    return "\n".join((department.authority, department.voice, *(one.text for one in rules.saved)))
