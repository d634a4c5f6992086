"""What may hurt somebody, by kinds, and what only sounds like it. Points are log-odds, set by hand (2026-11-22).

A phrase of three points stands alone; a word of less needs a second, or a place where it is dangerous (`WHERE`). An idiom
weighs nothing and, being longer, closes its words to the kinds.
"""

SAFETY = {
    "emergency landing": 4.0, "emergency evacuation": 3.5, "emergency slides": 3.2, "emergency exit": 0.5, "engine fire": 4.0, "engine failure": 3.5, "engine exploded": 4.0, "caught fire": 3.5, "catching fire": 3.5, "on fire": 2.0, "in flames": 2.8, "burst into flames": 4.0, "exploded": 2.2, "explosion": 2.2, "explode": 1.5, "smoke": 1.5, "sparks": 1.5, "fire": 1.2, "flames": 1.5, "burning smell": 2.5,
    "smells like burning": 2.5, "overheated": 1.3, "burned my": 2.4, "burnt my": 2.4, "burned": 1.0, "injured": 2.6, "injuries": 2.6, "injury": 1.8, "bleeding": 2.2, "unconscious": 2.6, "collapsed": 1.6, "passed out": 1.6, "heart attack": 2.2, "seizure": 1.8, "ambulance": 2.2, "paramedics": 2.4, "hospital": 1.4, "hospitalized": 2.4, "hospitalised": 2.4, "electrocuted": 3.2, "electric shock": 3.0,
    "poisoned": 2.6, "food poisoning": 2.6, "poisoning": 2.2, "allergic reaction": 2.6, "choking": 1.6, "choked": 1.4, "someone died": 3.2, "people died": 3.2, "has died": 2.2, "is dead": 1.2, "was killed": 3.0, "fatal": 1.8, "casualties": 3.0, "bomb": 1.6, "bomb threat": 3.6, "gun": 1.4, "shooting": 1.2, "shooter": 2.6, "hijack": 2.4, "hijacked": 1.8, "crash landing": 3.6, "crash landed": 3.8, "plane crash": 3.2,
    "plane crashed": 4.0, "flight crashed": 3.6, "skidded off": 3.2, "off the runway": 3.0, "lost cabin pressure": 3.6, "depressurised": 3.0, "oxygen masks": 3.0, "oxygen mask": 2.4, "evacuated": 2.2, "evacuate": 2.0, "evacuating": 2.4, "gas leak": 3.0, "carbon monoxide": 3.0, "unsafe": 1.0, "dangerous": 0.9, "safety hazard": 2.6, "almost died": 2.2, "nearly died": 2.6, "broken glass in": 2.4, "glass in my": 2.2, "recall": 0.6, "assaulted": 2.4, "molested": 2.8, "groped": 2.8,
}  # fmt: skip

LEGAL = {
    "lawsuit": 2.6, "law suit": 2.6, "class action": 2.8, "suing": 2.4, "sue you": 2.6, "will sue": 2.6, "going to sue": 2.6, "gonna sue": 2.4, "sued": 1.8, "my lawyer": 2.8, "my lawyers": 2.8, "my attorney": 2.8, "lawyer": 1.7, "lawyers": 1.7, "attorney": 1.6, "solicitor": 1.8, "legal action": 2.8, "small claims": 2.8, "see you in court": 3.0, "in court": 1.6, "take you to court": 3.0, "police report": 2.2, "trading standards": 2.4,
}  # fmt: skip

LEAK = {
    "data breach": 3.4, "data leak": 3.4, "leaked": 1.4, "breached": 1.8, "been hacked": 1.8, "got hacked": 1.8, "were hacked": 1.8, "someone else's booking": 3.0, "someone else's account": 3.0, "someone else's details": 3.2, "other people's data": 3.4, "other people's details": 3.2, "passport details": 1.8, "credit card details": 1.6, "card details": 1.2, "personal data": 1.6, "personal details": 1.4, "exposed": 1.0, "passwords": 1.4, "identity theft": 2.4, "gdpr": 2.2,
}  # fmt: skip

DISCRIMINATION = {
    "racist": 2.2, "racism": 2.4, "racially": 2.4, "racial profiling": 3.2, "discrimination": 2.6, "discriminated": 2.8, "discriminating": 2.6, "discriminatory": 2.8, "sexist": 2.0, "homophobic": 2.4, "transphobic": 2.4, "antisemitic": 2.6, "islamophobic": 2.6, "because i'm black": 3.0, "because i am black": 3.0, "because she is black": 3.0, "because he is black": 3.0, "my wheelchair": 1.0, "refused to board her wheelchair": 2.8, "sexual harassment": 3.0, "sexually harassed": 3.2, "harassed": 1.6, "slur": 2.0,
}  # fmt: skip

SELF_HARM = {
    "kill myself": 3.2, "killing myself": 2.8, "end my life": 3.4, "suicidal": 2.8, "suicide": 2.0, "want to die": 2.6, "hurt myself": 2.6, "self harm": 2.8, "don't want to live": 3.2, "no reason to live": 3.0,
}  # fmt: skip

WATCHED = {
    "i'm a journalist": 3.0, "i am a journalist": 3.0, "journalist": 1.5, "journalists": 1.2, "reporter": 1.4, "reporter with": 2.4, "reporter for": 2.4, "for a story": 1.6, "request for comment": 3.0, "press inquiry": 2.8, "would you comment": 2.0, "faa": 1.2, "ntsb": 2.0, "ombudsman": 2.4, "regulator": 2.2, "regulators": 2.2, "ftc": 1.8, "consumer protection": 2.0, "department of transportation": 2.2, "filing a complaint with": 2.2, "watchdog": 1.8, "investigation": 1.4, "under investigation": 2.6, "whistleblower": 2.8,
}  # fmt: skip

KINDS = {
    "safety": SAFETY,
    "legal": LEGAL,
    "leak": LEAK,
    "discrimination": DISCRIMINATION,
    "self-harm": SELF_HARM,
    "press or regulator": WATCHED,
}

WHERE = frozenset(
    "plane aircraft engine engines cabin wing cockpit flight runway seat onboard aboard row passenger passengers crew pilot gate "
    "terminal phone battery charger laptop oven store factory building kitchen train bus car baby child kid mother mom son daughter".split()
)
WHERE_POINTS = 1.3

IDIOMS = frozenset([
    "killing me", "dying to", "to die for", "dead battery", "phone is dead", "battery is dead", "app crashed", "site crashed", "website crashed", "app is crashing", "system crashed", "fire sale", "you're fired", "fired up", "fire emoji", "on fire tonight", "on fire today", "is on fire with", "so fire", "is fire", "straight fire", "the bomb", "da bomb", "photo bomb", "bath bomb", "smoke free", "smoke and mirrors", "smoke break",
    "no smoke without fire", "heart attack on a plate", "gave me a heart attack", "about had a heart attack", "almost had a heart attack", "nearly had a heart attack", "blood sugar", "shooting stars", "shooting star", "photo shooting", "shooting a", "fire drill", "safety drill", "fire alarm test", "gun to my head", "jump the gun", "jumped the gun", "top gun", "died laughing", "dead serious", "recall correctly", "don't recall",
    "i recall", "do you recall", "fire stick", "fire tv", "kindle fire", "amazon fire", "dumpster fire", "under fire", "friendly fire", "fire them", "fire him", "fire her", "fire your", "fire whoever", "sparks joy", "sue me", "so sue me", "smoke show", "weather delay explosion", "i exploded", "head exploded", "my head exploded", "blew up my phone", "blow up", "mind exploded", "bomb ass", "want to die of", "could die of", "heart of fire", "fleet's on fleek",
    "chairs on fire", "ears on fire", "set on fire by", "crash on the", "crash course", "plane crash movie",
])  # fmt: skip

HYPOTHETICAL = frozenset(
    "if would could might imagine pretend suppose hypothetically until before unless movie film episode scene dream dreamed "
    "dreamt novel game simulator drill anniversary exercise hope hopefully feel feels feeling almost like joke joking".split()
)
HYPOTHETICAL_REACH = 6
HYPOTHETICAL_POINTS = -2.5
