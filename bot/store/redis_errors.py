"""Classify errors of the server: a refusal (it passes, or an operator can act) or a bug of ours.

Codes such as READONLY, OOM, CLUSTERDOWN name the state of the server. New releases, proxies and hosted servers add
codes, so the codes of *our* bugs are listed, and all others are refusals. ERR is a bug unless its words say otherwise.
"""

import re
from typing import NamedTuple

from redis.exceptions import RedisError

_OURS = frozenset({"ERR", "WRONGTYPE", "NOGROUP", "BUSYGROUP", "BUSYKEY", "NOPROTO", "INVALIDOBJ", "NOTBUSY", "SYNTAX"})
"""Codes about the command, not about the state of the server."""
_STAYS = frozenset({"OOM", "MISCONF", "NOPERM", "BUSY"})
"""Codes after which a reconnection is useless: they are no sign of a failover."""
_SHOWN = 200
"""Characters of the server's reply in a sentence."""
_IN_SCRIPT = re.compile(r"@user_script: ?\d+: -?([A-Z]{2,})\b")
"""Where servers before 7 put the code of an error within a script."""
_CODE = re.compile(r"[A-Z]{2,}\b(?= |$)")
_ARGUMENTS = re.compile(r",? with args beginning with.*", re.DOTALL)
"""The command's arguments, which may have strangers' words."""

_CLUSTER = (
    "This node of the cluster does not have all keys of Earshot now: {no}. "
    "If REDIS_URL begins with redis://, begin it with redis+cluster://, so that Earshot finds the node that has them."
)
_RIGHTS = "Redis refuses a permission that Earshot needs: {no}. Check the rights of the user in REDIS_URL."
_SENTENCES = {
    "READONLY": "Redis is a replica, which takes no writes: {no}. REDIS_URL must name its primary, or the Sentinels.",
    **dict.fromkeys(("MOVED", "ASK", "TRYAGAIN", "CROSSSLOT", "CLUSTERDOWN"), _CLUSTER),
    "NOPERM": _RIGHTS,
    "NOSCRIPT": "Redis forgets a script as soon as it is loaded: {no}. REDIS_URL must name one server, not several.",
}
_UNKNOWN = (
    "Redis does not know a command that Earshot needs: {no}. "
    "Does REDIS_URL name a Sentinel or a proxy, or was the command renamed?"
)
_NUMBER = "Redis does not have the database that REDIS_URL names: {no}. Leave its number out."
_OTHERWISE = "Redis takes no writes now: {no}."
_PASSING = (
    r"max number of clients|out of memory|read.?only (replica|slave|mode)|fail(ing )?-?over|script killed|upstream"
    r"|proxy|host is down|connection (refused|reset|timed out)|(limit|quota) exceeded|try again|shutting down"
    r"|scripts? (is|are) (disabled|not (allowed|supported))"
)
"""Also of proxies and hosted servers."""
_WORDS = (
    (r"ACL failure|user executing the script can't|no permissions? to|'auth' command", _RIGHTS),
    (r"unknown (redis )?(sub)?command", _UNKNOWN),
    (r"DB index|SELECT is not allowed", _NUMBER),
    (r"non local key|same slot|cluster (is|support)", _CLUSTER),
    (_PASSING, _OTHERWISE),
)


class RedisRefusal(NamedTuple):
    sentence: str
    should_reconnect: bool
    """Another server may have taken over: open connections must be closed."""


def classify_error(error: RedisError) -> RedisRefusal | None:
    """Return the refusal, or None if the error is a bug of ours."""
    text = _ARGUMENTS.sub("", str(error)).strip()
    code = _extract_code(error, text)
    if code and code not in _OURS:
        return RedisRefusal(_format_refusal(_SENTENCES.get(code, _OTHERWISE), text, code), code not in _STAYS)
    found = next((sentence for words, sentence in _WORDS if re.search(words, text, re.IGNORECASE)), "")
    return RedisRefusal(_format_refusal(found, text), should_reconnect=True) if found else None


def is_wrong_type(reply: object) -> bool:
    """Return True if the reply says that the key holds another type than the command is for."""
    return isinstance(reply, RedisError) and _extract_code(reply, str(reply)) == "WRONGTYPE"


def shorten_reply(error: RedisError) -> str:
    """Return the server's words, without the command's arguments."""
    return _ARGUMENTS.sub("", str(error)).strip()[:_SHOWN].rstrip(".")


def _extract_code(error: RedisError, text: str) -> str:
    """Return the error code; the driver removes known codes, and ERR, from the text."""
    if within := _IN_SCRIPT.search(text):
        return within[1]
    if error.status_code:
        return str(error.status_code)
    first = _CODE.match(text)
    return first[0] if first else ""


def _format_refusal(sentence: str, text: str, code: str = "") -> str:
    words = text if code in text else f"{code} {text}"
    return sentence.format(no=words[:_SHOWN].rstrip("."))
