"""What people write to those who let them down, delighted them, or could sell them something.

Points are log-odds, set by hand and checked on complaints19, tweetacts and uservoice19 (2026-11-22); none is taken from
the airline week, so that it stays unseen.
"""

COMPLAINT = {
    # waiting, and nobody answers
    "still waiting": 2.0, "been waiting": 1.8, "waiting for": 0.8, "kept waiting": 1.8, "waiting": 0.7, "still no": 2.0,
    "still not": 2.0, "still hasn't": 2.0, "still haven't": 2.0, "still havent": 2.0, "still hasnt": 2.0, "still can't": 2.0,
    "still cant": 2.0, "still don't": 1.6, "still": 0.5, "no answer": 2.0, "no reply": 2.0, "no response": 2.0,
    "no one answers": 2.2, "nobody answers": 2.2, "never replied": 2.0, "never answered": 2.0, "never responded": 2.0,
    "won't answer": 2.0, "not answering": 2.0, "on hold": 1.8, "hold for": 0.8, "hung up": 2.0, "ignored": 1.5, "ignoring": 1.5,
    "any response": 0.8, "get through": 1.0, "been trying": 1.2, "keep getting": 1.2, "keeps": 0.5, "hours": 0.7, "hrs": 0.7,
    "hour": 0.5, "hr": 0.5, "minutes": 0.4, "mins": 0.4, "days": 0.4, "weeks": 0.6, "3rd time": 1.5, "third time": 1.5, "second time": 1.2, "2nd time": 1.2,
    "every time": 0.8, "again": 0.5, "yet again": 1.4, "once again": 1.0, "what time will": 0.2,
    # it broke, was lost, was late
    "lost": 0.9, "lost my": 1.8, "lost our": 1.8, "broken": 1.4, "broke": 0.9, "damaged": 1.6, "ruined": 1.8, "missing": 1.0,
    "missed": 0.8, "delayed": 1.2, "delay": 1.0, "delays": 1.0, "late": 0.8, "cancelled": 1.1, "canceled": 1.1, "cancel": 0.5, "overbooked": 1.6,
    "stuck": 1.3, "stranded": 1.8, "crash": 0.8, "crashed": 1.3, "crashes": 1.4, "crashing": 1.5, "freezes": 1.4, "frozen": 0.9, "down": 0.3,
    "error": 1.2, "errors": 1.2, "bug": 0.9, "glitch": 1.2, "doesn't work": 2.0, "doesnt work": 2.0, "not working": 2.0,
    "isn't working": 2.0, "isnt working": 2.0, "won't work": 2.0, "wont work": 2.0, "stopped working": 2.0, "didn't work": 1.6, "won't let": 1.5,
    "won't load": 1.6, "can't get": 1.0, "cant get": 1.0, "can't even": 1.0, "cannot": 0.7, "unable to": 1.0, "can't log": 1.4,
    "can't access": 1.5, "can't find": 0.7, "can't use": 1.3, "can't believe": 0.6, "never arrived": 2.2, "never came": 1.8, "never received": 2.2, "not received": 1.8, "haven't received": 1.8,
    "hasn't arrived": 1.8, "not arrived": 1.8, "didn't arrive": 1.8, "never got": 1.6, "didn't get": 0.8, "not delivered": 1.8, "wrong": 0.9,
    "issue": 0.8, "issues": 0.9, "problem": 0.8, "problems": 0.9, "trouble": 0.8, "fault": 0.9, "faulty": 1.6, "failed": 1.2, "fail": 1.2, "failure": 1.3, "fails": 1.2,
    "failing": 1.2, "mistake": 0.7, "mess": 1.0, "nightmare": 1.8, "disaster": 1.3, "dirty": 1.2, "smelly": 1.2, "cold food": 1.2, "no water": 1.2, "no wifi": 1.4, "outage": 1.2,
    # what they think of it
    "worst": 2.2, "worst ever": 2.5, "awful": 1.8, "terrible": 1.8, "horrible": 1.8, "horrendous": 2.0, "atrocious": 2.0, "appalling": 2.0, "appalled": 2.0, "pathetic": 1.8,
    "useless": 2.0, "ridiculous": 1.6, "unacceptable": 2.5, "disgusting": 1.6, "disgusted": 1.8, "disgrace": 1.8, "disgraceful": 2.0, "joke": 0.8, "a joke": 1.2, "shambles": 2.0, "incompetent": 2.2, "incompetence": 2.2,
    "unprofessional": 2.2, "rude": 1.6, "poor": 1.2, "poor service": 2.2, "bad service": 2.2, "customer service": 0.5, "bad": 0.6, "badly": 0.8, "sucks": 1.6, "suck": 1.4, "crap": 1.2, "crappy": 1.5, "shit": 0.8, "garbage": 1.2,
    "trash": 1.0, "rubbish": 1.4, "lousy": 1.6, "shoddy": 1.6, "hate": 0.8, "disappointed": 1.8, "disappointing": 1.6, "disappointment": 1.5, "frustrated": 1.7, "frustrating": 1.7, "frustration": 1.5, "annoyed": 1.5,
    "annoying": 1.2, "angry": 1.2, "furious": 1.6, "fuming": 1.8, "livid": 1.8, "pissed": 1.4, "unhappy": 1.6, "not happy": 1.8, "not impressed": 2.0, "unimpressed": 1.8, "upset": 1.0, "fed up": 1.8, "sick of": 1.4, "tired of": 1.2,
    "so tired": 0.3, "shame on": 1.5, "shame": 0.7, "wtf": 1.2, "ffs": 1.5, "smh": 0.9, "seriously": 0.6, "really?": 0.6, "unreal": 0.8, "unbelievable": 0.9, "screwed": 1.2, "nonsense": 0.8,
    "not good enough": 2.2, "not acceptable": 2.4, "not cool": 1.4, "not ok": 1.2, "no excuse": 1.6, "let down": 1.4, "waste of": 1.5, "wasted": 1.2, "wasting": 1.2, "inconvenience": 1.0, "misleading": 1.6, "lied": 1.6, "liars": 1.8, "lies": 0.9,
    "scam": 1.2, "ripped off": 1.8, "rip off": 1.8, "robbed": 1.0, "stole": 1.0, "overcharged": 2.2, "charged me": 1.6, "charged twice": 2.2, "double charged": 2.2, "charging me": 1.6, "fees": 0.5,
    # what they want, or will do
    "refund": 1.2, "refunded": 0.9, "compensation": 1.6, "compensate": 1.5, "reimbursed": 1.2, "reimburse": 1.2, "my money back": 2.0, "money back": 1.4, "complaint": 1.6, "complain": 1.4, "complaining": 0.9, "complaints": 1.2, "apology": 1.2, "explanation": 0.9,
    "never again": 2.4, "never flying": 2.4, "never fly": 2.2, "never buy": 2.0, "never buying": 2.2, "never use": 1.8, "never using": 2.2, "never shopping": 2.2, "last time": 1.2, "lost a customer": 2.6, "lost me": 1.4, "losing a customer": 2.6, "boycott": 1.4,
    "switching to": 1.2, "take my business": 2.0, "cancel my": 1.0, "cancelling my": 1.4, "sort it out": 2.0, "sort this out": 1.8, "sort yourselves": 2.0, "fix it": 1.2, "fix this": 1.5, "fix your": 2.0, "get it together": 2.0, "do something": 0.8, "please fix": 1.5, "help me": 0.3,
    "supposed to": 0.8, "was told": 1.0, "told me": 0.6, "promised": 1.0, "what happened": 0.7, "what's going on": 0.8, "why can't": 1.0, "why is": 0.5, "why are": 0.5, "why am i": 0.9, "why do": 0.4, "why don't": 0.6, "how come": 0.6, "how hard": 1.2,
    "no help": 1.8, "not helpful": 2.0, "unhelpful": 2.2, "no one": 0.6, "nobody": 0.5, "nothing": 0.4, "at least": 0.2, "lack of": 1.2, "instead of": 0.4, "thanks for nothing": 2.8, "thanks for ruining": 2.8, "thanks for losing": 2.8, "way to go": 0.4, "yeah right": 0.9, "gotta love": 0.5,
    # said under one's breath
    "really disappointed": 2.4, "very disappointed": 2.4, "doesn't": 0.2, "don't": 0.2, "didn't": 0.3, "isn't": 0.2, "won't": 0.5, "can't": 0.4, "not": 0.2, "no": 0.2, "but": 0.2, "#fail": 2.2, "#neveragain": 2.4, "#customerservice": 0.5, "#badservice": 2.5, "#worst": 2.0, "#disappointed": 1.8, "#frustrated": 1.8, "#epicfail": 2.2,
}  # fmt: skip

PRAISE = {
    "thank you": 1.4, "thanks": 1.0, "thanks so much": 2.0, "thank you so much": 2.4, "thx": 0.9, "many thanks": 1.2, "kudos": 2.4, "shout out": 2.0, "shoutout": 2.0, "props to": 2.0, "hats off": 2.2, "well done": 2.2, "great job": 2.4, "good job": 2.0, "nice job": 2.0, "great work": 2.2,
    "great service": 2.8, "good service": 2.0, "excellent service": 2.8, "amazing service": 2.8, "best service": 2.6, "awesome": 1.7, "amazing": 1.5, "fantastic": 1.8, "excellent": 1.8, "outstanding": 2.0, "wonderful": 1.8, "brilliant": 1.6, "superb": 1.9, "perfect": 1.2, "incredible": 1.2,
    "great": 0.9, "best": 0.9, "the best": 1.6, "love": 0.9, "love you": 1.5, "love your": 1.5, "loved": 1.3, "i love": 1.3, "love it": 1.4, "lovely": 1.3, "impressed": 1.8, "so happy": 1.4, "happy": 0.6, "pleased": 1.3, "delighted": 1.6, "appreciate": 1.5, "appreciated": 0.9, "grateful": 1.6,
    "helpful": 1.8, "friendly": 1.6, "polite": 1.4, "so kind": 1.8, "kindness": 1.2, "professional": 1.0, "saved my": 1.4, "made my day": 2.4, "made my": 0.9, "above and beyond": 2.6, "made it right": 1.8, "quick response": 1.6, "quick reply": 1.4, "fast response": 1.4, "you guys rock": 2.6, "you rock": 2.4, "rocks": 1.3,
    "thumbs up": 1.5, "recommend": 1.0, "highly recommend": 2.2, "five stars": 1.8, "10/10": 1.6, "smooth": 0.8, "yay": 1.0, "yum": 0.8, "delicious": 1.0, "can't fault": 1.8, "no complaints": 1.8, "good": 0.4, "nice": 0.5, "fan of": 0.7, "cool": 0.5, "glad": 0.8, "beautiful": 0.8, "fun": 0.5,
    "❤": 1.0, "♥": 1.0, "😍": 1.2, "👏": 1.2, "🙌": 1.1, "👍": 1.0, "😊": 0.8, "💙": 0.9, ":)": 0.6, ":-)": 0.6, ":d": 0.5, "<3": 0.9,
}  # fmt: skip

NEED = {
    "i wish": 2.0, "wish you": 1.2, "wish there": 2.4, "wish i could": 1.6, "wish it": 1.6, "wish they": 1.8, "if only": 1.6, "is there anything": 2.4, "is there any way": 1.4, "is there a way": 1.4, "is there an app": 2.2, "would love it if": 2.6, "would love to see": 2.4, "i'd love to see": 2.2, "would love if": 2.4,
    "would be great if": 2.6, "would be nice if": 2.6, "would be good if": 2.4, "would be nice": 1.9, "would be great": 1.6, "would be useful": 2.2, "would be helpful": 2.2, "would be awesome": 1.8, "would be better": 1.5, "would be cool": 1.8, "would be good": 1.7, "be nice to": 1.8, "be great to": 1.6, "be able to": 0.9, "should be able": 1.6,
    "why doesn't": 0.8, "why don't you": 1.8, "why not": 0.8, "why isn't there": 2.4, "why is there no": 2.4, "please add": 2.6, "pls add": 2.6, "please make": 1.6, "please allow": 2.6, "please provide": 2.2, "please include": 2.2, "please consider": 2.0, "please bring": 1.8, "please enable": 2.4, "please support": 2.0, "please let": 0.8, "please give us": 1.8, "please implement": 2.4, "please": 0.3,
    "can you add": 2.4, "could you add": 2.4, "can we have": 1.8, "can we get": 1.8, "could we have": 1.8, "we need": 1.6, "i need": 0.7, "needs to": 0.9, "need to": 0.4, "you need": 0.8, "needs": 0.5, "you should": 1.7, "they should": 1.4, "should have": 0.5, "should add": 2.4, "should be": 0.9, "should allow": 2.2, "should offer": 2.2, "should make": 1.6, "should provide": 2.0, "should": 0.5,
    "suggestion": 2.0, "suggest": 1.7, "feature request": 2.8, "an option": 1.3, "option to": 1.5, "ability to": 1.9, "the ability": 1.7, "add support": 2.2, "support for": 0.9, "allow": 0.9, "allow us": 1.9, "allow users": 1.9, "enable": 0.8, "anything that": 0.6, "nobody makes": 2.0, "doesn't exist": 1.2, "still no way": 2.2, "no way to": 1.6,
    "looking for a": 0.8, "looking for something": 1.4, "does anyone make": 2.0, "how about": 0.9, "what about a": 0.6, "it'd be": 1.4, "want to be able": 1.9, "i would like": 1.7, "i'd like": 1.2, "would like to": 1.4, "would like": 0.9, "would love": 1.4, "add": 0.7, "feature": 0.7, "provide": 0.6, "more options": 1.2, "instead of": 0.4, "have you considered": 2.2, "have you thought": 1.8, "recommendations for": 0.4,
}  # fmt: skip

PURCHASE = {
    "thinking of buying": 2.8, "thinking about buying": 2.8, "thinking of getting": 2.6, "thinking about getting": 2.6, "thinking of booking": 2.8, "thinking about booking": 2.8, "thinking of switching": 2.0, "thinking of flying": 2.4, "should i get": 2.2, "should i buy": 2.6, "should i book": 2.6, "where can i buy": 2.8, "where can i get": 2.2, "where to buy": 2.6,
    "where do i buy": 2.6, "how do i buy": 2.4, "how do i order": 2.2, "want to buy": 2.4, "wanna buy": 2.4, "going to buy": 2.4, "gonna buy": 2.4, "want to get": 1.6, "going to get": 1.4, "gonna get": 1.6, "about to buy": 2.4, "about to book": 2.4, "looking to buy": 2.8, "looking to book": 2.8, "looking at flights": 2.0, "want to book": 2.4, "want to order": 2.2, "need to book": 1.8, "i want": 1.0,
    "i need": 0.9, "can't wait to get": 1.8, "can't wait for": 0.9, "pre order": 1.8, "preorder": 1.8, "pre-order": 1.8, "preordered": 1.8, "how much is": 1.4, "how much does": 1.4, "how much for": 1.4, "how much are": 1.2, "what's the price": 1.6, "price of": 0.7, "is it worth": 1.6, "worth buying": 2.2, "worth it": 0.9, "worth the money": 1.2, "any deals": 1.8, "any discount": 1.6, "promo code": 1.0,
    "in stock": 1.4, "back in stock": 2.0, "do you ship": 2.0, "do you sell": 2.2, "do you fly": 1.8, "saving up for": 2.0, "saving for": 1.4, "upgrade to": 1.1, "upgrading to": 1.3, "upgrade": 0.6, "buy": 0.8, "buying": 0.9, "getting": 0.4, "purchase": 0.8, "order": 0.5, "booking": 0.5, "which one should": 1.8, "or should i": 1.2, "take my money": 2.4, "switch to": 0.8, "switching to": 0.8, "when does": 0.3, "i'm getting": 1.4, "im getting": 1.4, "i'll get": 0.9, "my next phone": 1.4,
}  # fmt: skip

SARCASM = {
    "thanks for nothing": 3.0, "thanks for ruining": 3.0, "thanks for losing": 3.0, "thanks for the delay": 3.0, "yeah right": 2.0, "#sarcasm": 3.0, "#not": 2.0, "/s": 1.2, "way to go": 1.2, "gotta love": 1.6, "you have to love": 1.6, "just what i needed": 2.2, "just great": 1.6, "oh great": 1.8, "oh good": 1.5, "oh joy": 2.0, "how lovely": 1.2, "nice one": 1.0, "well done": 0.8, "good job": 0.6, "great job": 0.6,
    "bravo": 1.0, "slow clap": 2.6, "thanks a lot": 0.8, "so helpful": 0.8, "love how": 1.4, "love that": 0.6, "nothing like": 1.2, "what a surprise": 1.6, "shocker": 1.4, "stay classy": 2.0, "class act": 0.8, "real classy": 2.0, "if by": 0.8, "apparently": 0.6, "how convenient": 1.6, "lucky me": 1.8, "living the dream": 1.4, "another great": 0.8, "fantastic": 0.4, "brilliant": 0.5,
}  # fmt: skip
"""Praise that is often none. Alone it says little; before something that went wrong it says much."""

WENT_WRONG = frozenset(
    "delayed delay delays cancelled canceled lost late missed waiting stuck broken hold refused charged ignored damaged hours "
    "hrs queue stranded crashed crashes ruined losing lose nothing".split()
)
