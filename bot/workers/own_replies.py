"""Posts of our own in triage: the case that each answers, and answers that came before the post that they answer."""

from collections.abc import Mapping, MutableMapping
from datetime import datetime

from bot.domain.assessment import Assessment
from bot.domain.case import Case, PublicReply, derive_case_id
from bot.domain.cases.public_reply_transitions import (
    add_reply,
    answer_case,
    build_public_reply,
    is_answer_to,
    is_of_author,
)
from bot.domain.commits import CaseDecision, MentionOutcome, ProcessedMention
from bot.domain.department import Department
from bot.domain.links import list_answered_links, name_flagged_post
from bot.domain.mention import Mention
from bot.domain.own_accounts import OwnAccounts, StaffSign
from bot.domain.routing import NOBODY
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.early_replies import dump_reply, parse_reply
from bot.store.inbox import LookupGuard, MentionMark
from bot.store.store import Store


class OwnReplyDecider:
    """`found` is what stands under the keys that `list_keys()` and `list_marks()` name."""

    def __init__(self, store: Store, rules: PlaybookRules) -> None:
        self._store = store
        self._keys = store.keys
        self._rules = rules

    def list_keys(self, mention: Mention, *, is_own: bool) -> list[str]:
        """Return the keys to read: by which an answer finds its case, or the post of somebody else its answer."""
        root = mention.conversation_id
        if not is_own:
            return [self._keys.early_reply_key(one) for one in dict.fromkeys((mention.id, root)) if one]
        if not mention.is_reply:
            return []
        answered = mention.answered_id
        found = [self._keys.joined_case_key(answered), self._keys.seen_key(answered)] if answered else []
        found += [self._keys.joined_case_key(name_flagged_post(link)) for link in list_answered_links(mention)]
        return found + ([self._keys.thread_case_key(root)] if root else [])

    def find_flagged(self, mention: Mention, found: Mapping[str, str]) -> str:
        """Return the id of the case of the post that one of ours answers, where a colleague has flagged it; else ''."""
        keys = (self._keys.joined_case_key(name_flagged_post(link)) for link in list_answered_links(mention))
        return next(filter(None, (found.get(key, "") for key in keys)), "")

    def list_marks(self, found: Mapping[str, str], mention: Mention) -> list[str]:
        """Return the keys that say whether the answers to a post were deleted since."""
        replies = (parse_reply(found[key]) for key in self.list_keys(mention, is_own=False) if found[key])
        return [self._keys.seen_key(reply.mention) for reply in replies if reply]

    def list_cases(self, found: Mapping[str, str], mention: Mention) -> list[str]:
        """Return the ids of the cases that a post of ours may answer."""
        posts = [derive_case_id(one) for one in (mention.answered_id, mention.conversation_id) if one]
        keys = [key for key in self.list_keys(mention, is_own=True) if key != self._keys.seen_key(mention.answered_id)]
        return posts + [found[key] for key in keys if found[key]]

    def decide_own(
        self,
        mention: Mention,
        assessment: Assessment,
        found: Mapping[str, str],
        cases: Mapping[str, Case],
        at: datetime,
        flagged: Case | None = None,
    ) -> CaseDecision:
        """Apply what one of our accounts wrote to the case that it answers, or count it.

        `flagged` is the case of the post that it answers, where a colleague and no source has brought that.
        """
        counted = ProcessedMention(mention, assessment, NOBODY, MentionOutcome.TALLIED, at, is_own=True)
        if not mention.is_reply:
            return CaseDecision(None, processed=counted)
        reply = build_public_reply(mention)
        if case := self._find_answered_case(mention, found, cases) or flagged:
            return answer_case(case, reply, counted, self._find_department(case), at)
        is_to_stranger = mention.answered_id and found[self._keys.seen_key(mention.answered_id)]
        root = "" if is_to_stranger else mention.conversation_id
        awaited = (mention.answered_id, root, *map(name_flagged_post, list_answered_links(mention)))
        return CaseDecision(None, processed=counted, public_reply=reply, awaited=tuple(filter(None, awaited)))

    def _find_answered_case(self, mention: Mention, found: Mapping[str, str], cases: Mapping[str, Case]) -> Case | None:
        answered, root = mention.answered_id, mention.conversation_id
        if answered:
            case = cases.get(derive_case_id(answered))
            if case is None or case.merged_into:
                case = cases.get(found[self._keys.joined_case_key(answered)]) or case
            if case is not None:
                return case if is_of_author(answered, case) else None
            if found[self._keys.seen_key(answered)]:
                return None  # it is to somebody whose post has no case
        first = cases.get(derive_case_id(root))
        if first is not None and first.mention.id == root:
            return first if mention.created_at >= first.mention.created_at else None
        case = cases.get(found[self._keys.thread_case_key(root)]) if root else None
        return case if case is not None and is_answer_to(mention, case) else None

    def add_early_reply(
        self, decision: CaseDecision, mention: Mention, found: Mapping[str, str], at: datetime
    ) -> CaseDecision:
        """Add the answer that came before the post that the decision is about."""
        case, reply = decision.case, self._find_early_reply(mention, found)
        is_new = reply is not None and all(one.mention != reply.mention for one in case.public_replies)
        if reply is None or not is_new or not is_of_author(mention.id, case):
            return decision
        return add_reply(decision, reply, self._find_department(case), at)

    def _find_early_reply(self, mention: Mention, found: Mapping[str, str]) -> PublicReply | None:
        for key in self.list_keys(mention, is_own=False):
            reply = parse_reply(found[key]) if found[key] else None
            if reply is None or MentionMark.parse(found.get(self._keys.seen_key(reply.mention), "")).is_deleted:
                continue
            if key == self._keys.early_reply_key(mention.id):
                return reply
            if not reply.to and reply.at >= mention.created_at:
                return reply
        return None

    def list_guards(
        self, decision: CaseDecision, mention: Mention, found: Mapping[str, str], *, is_own: bool
    ) -> list[LookupGuard]:
        """Return what must still hold: an answer and the post that it answers may be decided at once by two workers."""
        if not is_own:
            keys = self.list_keys(mention, is_own=False)
            return [LookupGuard(key, found[key]) for key in (*keys, *self.list_marks(found, mention))]
        if decision.after is not None or decision.public_reply is None:
            return []
        keys = [key for key in self.list_keys(mention, is_own=True) if key != self._keys.seen_key(mention.answered_id)]
        posts = [derive_case_id(one) for one in decision.awaited]
        absent = [self._keys.case_key(one) for one in posts if not self._store.cases.is_unreadable(one)]
        return [LookupGuard(key, found[key]) for key in keys] + [LookupGuard(key, "", "v") for key in absent]

    def record_decision(self, decision: CaseDecision, found: MutableMapping[str, str]) -> None:
        """Make what was decided known to the decisions that follow in the batch."""
        case, reply = decision.after, decision.public_reply
        if case is not None:
            joined = [one.id for one in (decision.joined_mention,) if one] + ([reply.mention] if reply else [])
            found.update((self._keys.joined_case_key(one), case.id) for one in joined)
            if decision.before is None:
                found[self._keys.thread_case_key(case.mention.conversation_id)] = case.id
        elif reply is not None:
            for key in map(self._keys.early_reply_key, decision.awaited):
                found[key] = found.get(key) or dump_reply(reply)

    def _find_department(self, case: Case) -> Department:
        return get_department_or_lost(self._rules, case.department)


def find_staff_sign(owner: str | None, decision: CaseDecision, accounts: OwnAccounts) -> StaffSign | None:
    """Return why managers see a post: of a person's own account only what answers a case or is about us."""
    processed = decision.processed
    if processed is None or processed.outcome is MentionOutcome.SPAM:
        return None
    if owner is None:
        return accounts.find_staff_sign(processed.mention)
    is_shown = bool(owner) and (decision.after is not None or bool(processed.assessment.kind))
    return StaffSign.ACCOUNT if is_shown else None
