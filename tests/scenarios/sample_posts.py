"""What people say in these stories."""

LOST = "@northwindair you lost my bag AGAIN, worst airline, still waiting for an answer"
LATE = "@northwindair four hours late, nobody tells us anything, this is awful service"
CRISIS = "@northwindair there is smoke in the cabin, people are injured, we need an ambulance"
RIVAL = "@flyskylark cancelled my flight and refuses to refund me, terrible, never again"
WISH = "I wish @northwindair had a quiet carriage for people who want to sleep"
PRAISE = "@northwindair thank you Rosa at gate 12, you were wonderful, best crew ever"
SPAM = "Win a FREE iPhone! Click here https://bit.example/xyz to claim now @northwindair"
SNARKY = "so nortwind air lost my bag again and nobody answers, brilliant work, worst airline ever"
WRY = "@northwindair so my bag has more stamps in its passport than I do, again"
SARCASM = "oh great, @northwindair is late again, how lovely. thanks a lot"
BLOG = "Northwind Air: how to make money from home https://blog.example/x https://blog.example/y https://blog.example/z"
SPANISH = "@northwindair perdió mi maleta y nadie me responde, estoy muy enfadado con esta aerolínea"
CHATTER = "on my way to Porto with @northwindair"


def build_complaint(number: int) -> str:
    """No two alike."""
    return f"@northwindair flight {1000 + number} is late again, terrible service, I want my money back, seat {number}"
