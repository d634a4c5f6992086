"""Language tags (BCP 47) as outlets and people write them, reduced to the code used for routing."""

import re
from functools import lru_cache

TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,8}")

ALIASES = {
    "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "sr", "bh": "bho",  # withdrawn from ISO 639
    "fil": "tl", "nb": "no", "nob": "no", "cmn": "zh", "arb": "ar", "pes": "fa", "prs": "fa", "swh": "sw", "zsm": "ms",
    "eng": "en", "spa": "es", "por": "pt", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "ita": "it",
    "nld": "nl", "dut": "nl", "zho": "zh", "chi": "zh", "jpn": "ja", "kor": "ko", "rus": "ru", "ara": "ar", "heb": "he",
    "ind": "id", "hin": "hi", "tur": "tr", "pol": "pl", "ukr": "uk", "swe": "sv", "dan": "da", "nor": "no", "fin": "fi",
    "tgl": "tl", "tha": "th", "vie": "vi", "ell": "el", "gre": "el", "ces": "cs", "cze": "cs", "hun": "hu", "ron": "ro",
    "rum": "ro", "fas": "fa", "per": "fa",
}  # fmt: skip


@lru_cache(maxsize=500)
def get_primary_language(tag: str) -> str:
    """Return `he` for `iw`, `iw-IL` or `HE`, `zh` for `zh-Hans-CN`; empty if it is no language tag."""
    found = TAG.fullmatch(tag.strip())
    if not found:
        return ""
    primary = re.split("[-_]", found[0].lower(), maxsplit=1)[0]
    return ALIASES.get(primary, primary)
