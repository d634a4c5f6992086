"""The shapes of a pitch: words that sell something nobody asked for. Points are log-odds, set by hand (2026-11-22)."""

SHAPES = {
    "loan": {
        "loan": 1.2, "loans": 1.4, "payday loan": 2.4, "payday loans": 2.4, "bad credit": 1.6, "low interest": 1.4, "instant approval": 2.2, "no credit check": 2.4, "get approved": 1.6, "debt free": 1.4, "cash advance": 1.8,
    },
    "followers for sale": {
        "more followers": 1.8, "free followers": 2.6, "buy followers": 2.8, "gain followers": 2.4, "get followers": 2.4, "1000 followers": 2.2, "follow me": 0.9, "follow back": 1.4, "f4f": 1.6, "followback": 1.4, "#followback": 1.8, "#teamfollowback": 2.2, "sub4sub": 2.4, "subscribe to my": 2.2, "check out my channel": 2.6, "my channel": 1.4, "my youtube": 1.2, "my new video": 1.4, "check out my": 1.4, "check out this video": 1.6, "subscribe": 0.9, "please subscribe": 1.8, "likes and subs": 2.0,
    },
    "casino": {
        "casino": 1.6, "online casino": 2.6, "free spins": 2.6, "jackpot": 1.2, "slots": 1.0, "betting tips": 2.4, "sure odds": 2.2, "poker": 0.7, "bonus": 0.6,
    },
    "crypto giveaway": {
        "crypto": 0.9, "bitcoin": 0.9, "btc": 0.9, "eth": 0.7, "airdrop": 2.0, "giveaway": 0.9, "double your": 2.2, "invest": 0.8, "investment": 0.7, "guaranteed profit": 2.8, "guaranteed returns": 2.8, "forex": 1.8, "trading signals": 2.4, "passive income": 2.4, "binary options": 2.6, "recovery expert": 2.4, "nft": 0.8, "wallet": 0.6,
    },
    "work from home": {
        "work from home": 1.4, "make money": 1.6, "make money online": 2.6, "earn money": 1.8, "extra income": 2.2, "extra cash": 1.6, "a day from home": 2.6, "be your own boss": 2.2, "financial freedom": 2.2, "earn up to": 2.2, "per week from": 1.8, "from home": 0.6, "ask me how": 1.8,
    },
    "prize": {
        "you have won": 2.6, "you've won": 2.4, "you won": 1.2, "claim your": 2.0, "claim now": 2.2, "winner": 0.7, "gift card": 0.8, "free gift": 1.4, "free iphone": 2.4, "congratulations you": 1.6, "click here": 1.8, "click the link": 1.8, "click link": 1.6, "link in bio": 1.6, "act now": 1.8, "limited time": 1.2, "text stop": 1.8, "reply stop": 1.8, "txt": 0.8, "call now": 1.4, "call free": 1.4, "ringtone": 1.4, "ringtones": 1.4, "per msg": 1.8, "£1.50": 1.0, "urgent": 0.5, "prize": 1.2, "awarded": 1.2, "voucher": 0.6, "selected": 0.5, "guaranteed": 0.9,
    },
    "cheap goods": {
        "replica": 1.8, "wholesale": 1.4, "cheap": 0.6, "outlet": 1.0, "discount code": 0.8, "free shipping": 1.2, "buy cheap": 2.2, "on sale now": 1.2, "for sale": 0.8, "weight loss": 2.0, "lose weight": 2.0, "diet pills": 2.6, "viagra": 3.0, "cialis": 3.0, "dm to order": 2.2, "dm me": 0.7, "whatsapp": 1.4, "telegram": 1.2, "seo": 1.4, "backlinks": 2.4, "hot girls": 2.6, "singles in": 1.8, "adult": 0.6,
    },
}  # fmt: skip

FLATTERY = frozenset([
    "great post", "nice post", "good post", "great article", "nice article", "great blog", "nice blog", "awesome blog", "wonderful post", "informative post", "great content", "thanks for sharing", "keep it up", "keep up the good", "very informative", "useful information", "great information", "your website", "your site", "your web site", "your blog", "this blog", "this article", "bookmarked", "i stumbled upon", "great read", "my homepage", "my web page", "visit my", "check out my", "feel free to visit",
])  # fmt: skip

FOREIGN_BRANDS = frozenset(
    "nike adidas gucci prada chanel rolex vuitton louis hermes dior versace burberry coach oakley rayban ray-ban ugg uggs jordan "
    "jordans yeezy balenciaga moncler michael kors pandora tiffany cartier omega supreme fendi armani celine abercrombie hollister "
    "lacoste timberland vans converse nfl jerseys handbags sunglasses watches".split()
)
