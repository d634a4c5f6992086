"""The words that the checks of a reply look for, in English, German, French, Spanish, Portuguese, Italian and Dutch."""

import re


def _join(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


APOLOGY = _join(
    r"sorry|apolog\w+|forgive (?:us|me)|pardon",
    r"entschuldig\w+|verzeih\w*|(?:tut|tun) (?:es )?(?:uns|mir)(?: \w+)? leid|leid(?: \w+)? tut|wir bedauern",
    r"désolée?s?|excus(?:e|es|ez|er)|regrettons",
    r"disculp\w+|perd[óo]n\w*|lo (?:siento|sentimos)|lamentamos",
    r"desculp\w+|sentimos muito|perdão",
    r"scus\w+|(?:ci|mi) dispiace|spiacenti",
    r"spijt|excuses",
)
LEGAL = _join(
    r"liab(?:le|ility)|legally|legal (?:action|advice|claims?|department|rights?|team)|negligen\w+",
    r"(?:our|my) (?:own )?fault|at fault|admit \w+|guilt\w*|compensation claims?|damages|lawsuits?|lawyers?|attorneys?",
    r"in court|settlement|su(?:e|ing) (?:us|you|them)|breach of contract|without prejudice",
    r"(?:take|accept)(?: \w+)? responsibility|(?:we(?:'re| are)|i(?:'m| am)) responsible for",
    r"haft(?:bar|en|et|ung)|schadens?ersatz\w*|rechtsan\w+|rechtlich\w*",
    r"(?:ist|war) (?:\w+ )?unser fehler|unsere schuld|schuld(?:haft|ig)|fahrlässig\w*|verklag\w+",
    r"vor gericht|gerichtlich",
    r"dommages-intérêts|(?:notre|ma) faute|avocate?s? conseil|nos avocats|négligence|tribuna(?:l|ux)|en justice",
    r"(?:sommes|suis) responsables?|préjudice|juridique\w*",
    r"nuestra culpa|culpables?|abogad\w+|indemniza\w+|negligencia|tribunal(?:es)?|demandar\w*|daños y perjuicios",
    r"(?:somos|soy) responsables?",
    r"nossa culpa|culpa (?:é|foi) nossa|culpad\w+|advogad\w+|indeni[zs]\w+|negligência|danos morais|processo judicial",
    r"(?:nostra colpa|colpa nostra)|(?:colpa è|è colpa) (?:\w+ )?nostra|avvocat\w+|risarciment\w+|negligenza|tribunale",
    r"(?:siamo|sono) responsabil[ie]",
    r"onze schuld|aansprakelijk\w*|advoca(?:at|ten)|schadevergoeding\w*|nalatig\w*|rechtbank|juridisch\w*",
)
WORKS_HERE = _join(
    r"(?:i|we)(?:'m| am| are)? (?:work|from)|(?:my|our) (?:team|colleagues)",
    r"(?:ich|wir) arbeiten?|unser(?:e|em)? (?:team|kolleg\w+)",
    r"(?:je travaille|nous travaillons)|(?:notre|mon) équipe|(?:nos|mes) collègues",
    r"trabaj(?:o|amos) (?:en|para)|(?:nuestro|mi) equipo|(?:nuestr|mi)\w* (?:colegas|compañer\w+)",
    r"trabalh(?:o|amos) (?:na|no|em|para)|(?:nossa|minha) equip[ae]|(?:nossos|meus) colegas",
    r"lavor(?:o|iamo) (?:in|da|per|alla)|(?:nostro|mio) team|(?:nostri|miei) colleghi",
    r"(?:ik werk|wij werken|we werken)|(?:ons|mijn) team|(?:onze|mijn) collega\w*",
)
REFUND = _join(
    r"(?:full|complete|total) refund|refund(?: (?!of )[^\W\d]+)?|reimburs\w+|money back|cover (?:all |the |your )+\w+",
    r"\d+ ?(?:%|per ?cent) of (?:\w+ ){1,4}back|(?:price|fare|costs?) back",
    r"erstatt\w+|geld zurück|vollen preis zurück",
    r"rembours\w+",
    r"reembols\w+|devol(?:ver|vemos|veremos) (?:el|su|tu) (?:dinero|importe)",
    r"rimbors\w+",
    r"terugbeta\w+|geld terug|terugbetaling",
)
"""Money back, which is another thing than a credit of the same amount."""
CREDIT = _join(
    r"(?:travel |flight )?credits?|vouchers?|gift cards?|gutschein\w*|guthaben|bons? d'achat|avoirs?|cr[ée]ditos?",
    r"vales?|bonos?|buon[oi]|tegoed\w*",
)
ADDS = _join(
    r"further|another|additional(?:ly)?|extra|plus|on top",
    r"weitere[nrs]?|zusätzlich\w*|nochmals?|dazu|obendrauf",
    r"en plus|supplémentaires?",
    r"(?:otr|adicional|además)\w*|mais|outr[oa]s?|(?:altr|ulterior)\w*|in più|extra|nog eens|bovenop",
)
"""Before an amount that comes on top of those before it."""
PAYMENTS = (
    _join(r"vouchers?|gutschein\w*|bons? d'achat|(?:un|um) vale|un bono|un buono|tegoedbon\w*|gift cards?"),
    _join(r"compensat\w+|entschädig\w+|dédommag\w+|indemnis\w+|compensa\w+|indenniz\w+|vergoed\w+|compenseren"),
)
"""What an amount says more exactly: a voucher, compensation."""
GIFTS = (
    _join(
        r"(?<!-)(?<!gluten )(?<!sugar )(?<!nut )(?<!dairy )free (?:\w+ )?(?:flights?|tickets?|upgrades?|nights?|stay|"
        r"trip|holiday|month|year|meals?|drinks?|miles|replacement)|free of charge|on the house|at no cost",
        r"(?:is|are|it's) on us",
        r"(?:kostenlos|gratis|umsonst)\w*|geschenkt",
        r"gratuit\w*|offert\w*|cadeau",
        r"gratis|regal(?:o|amos|aremos)",
        r"gr[áa]tis|gratuit[oa]s?|oferta da casa",
        r"gratuit[oaie]|omaggio",
        r"cadeau|gratis",
    ),
    _join(r"(?:an|your|free) upgrade|upgrade (?:you|to|for)|hochstuf\w+|surclass\w+"),
    _join(
        r"\d+ ?(?:%|per ?cent) (?:off|discount)|half price|a discount|rabatt\w*|nachlass|une (?:remise|réduction)|"
        r"descuentos?|descontos?|sconto|sconti|korting\w*"
    ),
)
"""What has no amount: something free, an upgrade, a discount."""
PROMISE = _join(
    r"(?:we|i|you|they)(?:'ll| will| would| can|'d)(?: \w+)?|(?:we|i) (?:are|am|give|offer|pay|refund|send|add)",
    r"you (?:get|receive|have)|(?:let|allow) (?:us|me)|have|take|enjoy|accept|here is|here's|gets?|promise|guarantee",
    r"(?:is|are|it's) on us|on the house|on its way|coming|yours|for you|full refund|free flights?",
    r"(?:money|price|fare|costs?) back",
    r"(?:remboursement intégral|reembolso (?:total|completo)|volle erstattung|rimborso (?:totale|completo))",
    r"(?:wir|ich) (?:schenken?|geben?|erstatten?|zahlen?|bezahlen?|bieten?|übernehmen?|werden?)",
    r"(?:wir|ich) (?:können?|schicken?|gewähren?)",
    r"(?:sie|ihr|du) (?:bekomm\w+|erh[aä]lt\w*|krieg\w+)|(?:bekommen|erhalten) sie",
    r"(?:nous|je) vous|vous (?:recevrez|aurez|allez|obtiendrez)|on vous",
    r"(?:le|les|te|os) (?:regal|dar|da|d|ofrec|pag|devolv|reembols)\w+|recibir(?:á|án|ás)|ofrecemos|tendr(?:á|ás|án)",
    r"(?:vai|vão|irá) (?:receber|ter)|receber(?:á|ão)|ofere(?:ce|cemos|ço)|damos(?:-lhe)?|pagamos|dar-lhe",
    r"(?:le|vi|ti) (?:regal|off|dar|d|pag|rimbors)\w+|ricever(?:à|ete|ai)|avr(?:à|ete|ai)",
    r"u (?:krijgt|ontvangt)|(?:wij|we|ik) (?:geven|geef|betalen|betaal|bieden|bied)(?: u)?|je krijgt",
)
NO_PROMISE = _join(
    r"can(?:'|no)t|won't|(?:do|does|is|are)(?:n't| not)|unable|not possible",
    r"request|ask for|apply|claim|whether|policy|may|buy|book",
    r"nicht|keine?[nrm]?|leider|beantrag\w+|prüfen|ob|buchen",
    r"ne|n'(?:est|a|avons)|pas|demander|solliciter",
    r"no podemos|no es|solicit\w+|pedir|consultar",
    r"não|pedir|verificar",
    r"non|richied\w+|chied\w+",
    r"niet|geen|aanvra\w+|aan te vragen",
)
"""In a sentence that explains what somebody can ask for, or refuses it."""
PRICE = _join(
    r"fees?|fares?|prices?|costs?|charge[sd]?|paid",
    r"kostet|kosten|gebühr\w*|preis\w*|bezahlt|gezahlt",
    r"coûte\w*|frais|prix|payé",
    r"cuesta\w*|tarifas?|precios?|pag(?:ó|ado|aste)",
    r"custa\w*|taxas?|preços?|pagou|pago",
    r"costa\w*|prezz\w+|pagato|tariff\w+",
    r"prij(?:s|zen)|betaald|kost",
)
BOOKING = re.compile(
    r"\b(?:(?i:booking|reservation|pnr|record locator|buchung\w*|réservation|reserva|prenotazione|boeking\w*))"
    r"\W+(?:[a-zà-ÿ]+\W+){0,3}?([A-Z0-9]{6})\b"
)
"""Six capitals or digits behind a word for a booking."""
PHONE_ABROAD = re.compile(r"(?<![\w.-])(?:\(?\+|00)\(?\d(?:[ ()./-]{0,2}\d){8,16}(?![\w-])")
"""With the code of a country, up to 17 digits."""
PHONE = re.compile(
    r"\b(?:(?i:tel|phone|call|text|ring|whatsapp|ruf\w*|telefon\w*|llam\w+|appel\w+|ligu\w+|chiam\w+|bel))"
    r"[^\d\n.!?]{0,20}(?<![A-Z\d])\d(?:[ ()/-]{0,2}\d){5,11}(?![ ()/-]?\d)\b"
)
"""A number behind a word for a call; it may be shorter than a long one."""
