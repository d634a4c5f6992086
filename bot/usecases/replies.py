"""Write a reply to a claimed case: saved replies, the outlet's composer, and who is writing."""

from dataclasses import dataclass
from typing import Protocol

from bot import metrics
from bot.cards.reply import ReplyForm
from bot.clock import Clock
from bot.domain.cases.approval_transitions import answer_approval, request_approval
from bot.domain.cases.approvals import needs_approval
from bot.domain.cases.offer_transitions import list_offers
from bot.domain.errors import NotAllowed
from bot.domain.lifecycle import CaseTransition
from bot.domain.replies.approval import ReplyApproval
from bot.domain.replies.checks import ReplyContext, check_reply, contains_apology
from bot.domain.replies.composer import build_addressee, build_composer_url, find_outlet, prefix_addressee
from bot.domain.replies.lengths import measure_reply
from bot.domain.replies.saved_replies import (
    ReplyRules,
    SavedReply,
    fill_placeholders,
    insert_reply,
    pick_name,
    rank_replies,
    restore_placeholders,
)
from bot.domain.reports.report import OPENED, REPLY, WARNED
from bot.domain.rules import PlaybookRules
from bot.store.replies import ReplyStore
from bot.usecases.cases import CaseUseCases, CaseView
from bot.usecases.staff import NAMELESS, StaffDirectory


class ReplyPlaybook(PlaybookRules, Protocol):
    def get_reply_rules(self) -> ReplyRules: ...


@dataclass(frozen=True, slots=True)
class ReplyUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: ReplyStore
    _cases: CaseUseCases
    _rules: ReplyPlaybook
    _staff: StaffDirectory
    _clock: Clock

    async def revise(self, case_id: str, by: str, text: str = "", reply_id: str = "") -> ReplyForm:
        """Return the form for what was typed, with the saved reply `reply_id` in it. Others see who is writing."""
        view = await self._cases.check_transition(case_id, by, CaseTransition.REPLY)
        case = view.case
        await self._store.record_writing(case_id, by, self._clock.now())
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
        form = await self._build_form(view, by, text, rules)
        return form._replace(
            replies=tuple(replies), chosen=chosen, can_delete=chosen is not None and await self._may_delete(chosen, by)
        )

    async def suggest_replies(self, view: CaseView, by: str, most: int) -> list[ReplyForm]:
        """Return saved replies for this kind of case, filled in, with their composers. Nobody needs to own the case."""
        rules, found = self._rules.get_reply_rules(), view.case.assessment
        saved = (*rules.saved, *await self._store.list_saved())
        fitting = [one for one in saved if found.intent in one.intents and one.language in {"", found.language}]
        name, signature = pick_name(view.case.mention.author), await self._find_signature(by)
        texts = [fill_placeholders(one.text, name, signature) for one in fitting[:most]]
        return [await self._build_form(view, by, text, rules) for text in texts]

    async def count_opening(self, case_id: str, by: str, text: str) -> None:
        """Count that a reply was opened at its outlet, and what it was opened in spite of."""
        view = await self._cases.get(case_id)
        form = await self._build_form(view, by, text, self._rules.get_reply_rules())
        words = [REPLY + OPENED, *([REPLY + WARNED] if form.findings else [])]
        for one in form.findings:
            metrics.REPLY_WARNINGS.labels(one.check).inc()
        metrics.REPLIES.inc()
        await self._store.count_opening(view.case, words, view.at, apologizes=contains_apology(text))

    async def _build_form(self, view: CaseView, by: str, text: str, rules: ReplyRules) -> ReplyForm:
        case, department = view.case, view.department
        mention, instances = case.mention, rules.instances
        public_text = prefix_addressee(mention, text, instances)
        return ReplyForm(
            case,
            text,
            public_text,
            measure_reply(find_outlet(mention, instances), public_text),
            build_composer_url(mention, public_text, instances),
            build_addressee(mention, instances),
            approver=rules.approval.by if needs_approval(case, rules.approval) else "",
            findings=check_reply(
                ReplyContext(
                    text,
                    tuple(one.limit for one in list_offers(case, department, by) if one.limit),
                    department.authority,
                    "\n".join((department.authority, department.voice, *(one.text for one in rules.saved))),
                    rules.brand,
                    rules.find_account(by, mention.source),
                    has_apologized=contains_apology(text) and await self._store.has_apology(case.id),
                )
            ),
        )

    async def ask_approval(self, case_id: str, by: str, text: str) -> None:
        """Ask the person of the playbook to approve this text."""
        policy = self._rules.get_reply_rules().approval
        await self._cases.apply(case_id, by, lambda case, context: request_approval(case, context, policy, text))

    async def answer_approval(self, ref: str, by: str, *, is_approved: bool) -> ReplyApproval:
        """Answer by the button of the direct message."""
        case_id, _, nth = ref.partition("/")
        answered = await self._cases.apply(
            case_id, by, lambda case, context: answer_approval(case, context, int(nth), is_approved=is_approved)
        )
        assert answered.case.approval is not None
        return answered.case.approval

    async def stop(self, case_id: str, by: str) -> None:
        """Record that the person closed the form."""
        await self._store.end_writing(case_id, by)

    async def save(self, case_id: str, by: str, name: str, text: str) -> None:
        """Save a reply for everybody, for cases of this kind and language."""
        case = (await self._cases.check_transition(case_id, by, CaseTransition.REPLY)).case
        found = case.assessment
        words = restore_placeholders(text, pick_name(case.mention.author), await self._find_signature(by))
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
