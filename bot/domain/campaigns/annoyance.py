"""Words of people who are tired of being told something: "stop shoving this", "enough of this ad".

Whoever writes them means a campaign, whether they name it or not, and is against it, however politely it is said.
"""

import re
from functools import lru_cache

_PHRASES = (
    # English
    r"stop (?:shov|push|spamm|bombard|advertis)ing",
    r"enough (?:of|with) (?:this|these|that|the|your) (?:\w+ )?(?:ads?|adverts?|commercials?|campaigns?|promos?)",
    r"(?:sick|tired) of (?:seeing|hearing|this|these|your) (?:\w+ )?(?:ads?|adverts?|commercials?|campaigns?|promos?)",
    r"unfollow(?:ing|ed) (?:you )?(?:because|over|after|due)",
    r"(?:down|in) (?:our|my) throats?",
    # German
    r"(?:genug|schluss) (?:von|mit) (?:dieser|der|eurer) (?:werbung|kampagne|reklame)",
    r"(?:hört|hoert|hör) (?:endlich )?auf mit (?:dieser|der|eurer) (?:werbung|kampagne|reklame)",
    r"entfolg(?:e|t)|(?:diese|eure) (?:werbung|kampagne) nervt",
    # French
    r"(?:marre|assez) de (?:cette|ces|vos|votre|la) (?:pubs?|publicités?|campagnes?)",
    r"arrêtez (?:avec )?(?:cette|ces|vos|votre) (?:pubs?|publicités?|campagnes?)",
    r"je me désabonne",
    # Spanish, Portuguese
    r"(?:hart[oa]|cansad[oa]|basta) (?:ya )?de (?:est[aeo]s?|sus?|tant[oa]s?) (?:anuncios?|publicidad|campañas?)",
    r"(?:chega|fart[oa]|cansad[oa]) d(?:e|essa|esta|esse|este|essas|esses) (?:anúncios?|propagandas?|campanhas?)",
    r"dejo de seguir|deixei de seguir",
    # Italian
    r"(?:basta (?:con )?|stuf[oa] di )(?:quest[aeio]|la vostra|le vostre) (?:pubblicità|campagn[ae]|spot)",
    r"smetto di seguir",
    # Dutch
    r"genoeg van (?:deze|die|jullie) (?:reclames?|campagnes?|advertenties?)",
    r"stop met (?:deze|die|jullie) (?:reclames?|campagnes?|advertenties?)",
    r"ik ontvolg",
)
_ANNOYED = re.compile(rf"(?<!\w)(?:{'|'.join(_PHRASES)})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=10_000)
def has_annoyance(text: str) -> bool:
    return _ANNOYED.search(text) is not None
