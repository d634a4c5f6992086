"""Tell a refusal, which passes or which an operator can end, from a fault of ours, by what the server answers.

Servers name the state that they are in by a code: READONLY, OOM, CLUSTERDOWN. New ones come with each release, and
proxies and hosted servers have their own, so the codes that are *ours* are listed and every other one is a refusal.
An answer without a code (ERR) is a fault of ours unless its words say otherwise.
"""

import re
from typing import NamedTuple

from redis.exceptions import RedisError

_OURS = frozenset({"ERR", "WRONGTYPE", "NOGROUP", "BUSYGROUP", "BUSYKEY", "NOPROTO", "INVALIDOBJ", "NOTBUSY", "SYNTAX"})
"""Codes that answer what was asked, and say nothing of the state of the server."""
_STAYS = frozenset({"OOM", "MISCONF", "NOPERM", "BUSY"})
"""Codes that say nothing of another server having taken this one's place."""
_SHOWN = 200
"""Characters of the server's answer in a sentence."""

_IN_SCRIPT = re.compile(r"@user_script: ?\d+: -?([A-Z]{2,})\b")
"""Servers before 7 tell the code of what failed within a script by a detour."""
_CODE = re.compile(r"[A-Z]{2,}\b(?= |$)")
_ARGUMENTS = re.compile(r",? with args beginning with.*", re.DOTALL)
"""What we sent, which may hold strangers' words."""

_CLUSTER = (
    "Redis is a node of a cluster that does not have all our keys: {no}. "
    "REDIS_URL must name a server that has them all; Earshot does not follow the nodes of a cluster."
)
_RIGHTS = "Redis does not allow us what we need: {no}. Check the rights of the user in REDIS_URL."
_SENTENCES = {
    "READONLY": "Redis is a replica, which takes no writes: {no}. REDIS_URL must name its primary.",
    **dict.fromkeys(("MOVED", "ASK", "TRYAGAIN", "CROSSSLOT", "CLUSTERDOWN"), _CLUSTER),
    "NOPERM": _RIGHTS,
    "NOSCRIPT": "Redis forgets a script as soon as it is loaded: {no}. REDIS_URL must name one server, not several.",
}
_UNKNOWN = (
    "Redis does not know a command that we need: {no}. "
    "Does REDIS_URL name a Sentinel or a proxy, or was the command renamed?"
)
_NUMBER = "Redis does not have the database that REDIS_URL names: {no}. Leave its number out."
_OTHERWISE = "Redis takes no writes now: {no}."
_PASSING = (
    r"max number of clients|out of memory|read.?only (replica|slave|mode)|fail(ing )?-?over|script killed|upstream"
    r"|proxy|host is down|connection (refused|reset|timed out)|(limit|quota) exceeded|try again|shutting down"
    r"|scripts? (is|are) (disabled|not (allowed|supported))"
)
"""Of proxies and of hosted servers too."""
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
    """Another server may have taken this one's place: what is connected should be connected anew."""


def classify_error(error: RedisError) -> RedisRefusal | None:
    """None where the fault is ours."""
    text = _ARGUMENTS.sub("", str(error)).strip()
    code = _extract_code(error, text)
    if code and code not in _OURS:
        return RedisRefusal(_format_refusal(_SENTENCES.get(code, _OTHERWISE), text, code), code not in _STAYS)
    found = next((sentence for words, sentence in _WORDS if re.search(words, text, re.IGNORECASE)), "")
    return RedisRefusal(_format_refusal(found, text), should_reconnect=True) if found else None


def is_wrong_type(reply: object) -> bool:
    """Whether this answer says that the key holds another type than the command is for."""
    return isinstance(reply, RedisError) and _extract_code(reply, str(reply)) == "WRONGTYPE"


def _extract_code(error: RedisError, text: str) -> str:
    """The driver takes the codes that it knows off the text, and ERR with them."""
    if within := _IN_SCRIPT.search(text):
        return within[1]
    if error.status_code:
        return str(error.status_code)
    first = _CODE.match(text)
    return first[0] if first else ""


def _format_refusal(sentence: str, text: str, code: str = "") -> str:
    words = text if code in text else f"{code} {text}"
    return sentence.format(no=words[:_SHOWN].rstrip("."))
