"""Our answers to posts that have no case yet: posts and their answers come in any order."""

from pydantic import TypeAdapter, ValidationError

from bot.domain.case import PublicReply
from bot.domain.commits import CaseDecision
from bot.store.keys import EDITED_WITHIN, REPLY_KEPT, Keys
from bot.store.transaction import Transaction

_REPLY: TypeAdapter[PublicReply] = TypeAdapter(PublicReply)
_EDITED_SECONDS, _KEPT_SECONDS = (int(span.total_seconds()) for span in (EDITED_WITHIN, REPLY_KEPT))


def dump_reply(reply: PublicReply) -> str:
    return _REPLY.dump_json(reply).decode()


def parse_reply(body: str) -> PublicReply | None:
    """Return None for what cannot be read."""
    try:
        return _REPLY.validate_json(body)
    except ValidationError:
        return None


def write_public_reply(transaction: Transaction, keys: Keys, decision: CaseDecision) -> None:
    """Note which case the answer is in, so that its deletion is found; or keep the first answer to what has none."""
    reply, case = decision.public_reply, decision.after
    if reply is None:
        return
    if case is not None:
        transaction.write("SET", keys.joined_case_key(reply.mention), case.id, "EX", _EDITED_SECONDS)
    for mention in decision.awaited:
        transaction.write("SET", keys.early_reply_key(mention), dump_reply(reply), "EX", _KEPT_SECONDS, "NX")
