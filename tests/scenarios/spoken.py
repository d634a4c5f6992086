"""What people say in these stories."""

LOST = "@northwindair you lost my bag AGAIN, worst airline, still waiting for an answer"
LATE = "@northwindair four hours late, nobody tells us anything, this is awful service"
CRISIS = "@northwindair there is smoke in the cabin, people are injured, we need an ambulance"
RIVAL = "@flyskylark cancelled my flight and refuses to refund me, terrible, never again"
WISH = "I wish @northwindair had a quiet carriage for people who want to sleep"
PRAISE = "@northwindair thank you Rosa at gate 12, you were wonderful, best crew ever"
SPAM = "Win a FREE iPhone! Click here https://bit.example/xyz to claim now @northwindair"
CHATTER = "sitting in a @northwindair plane at the gate"


def complaint(number: int) -> str:
    """No two alike."""
    return f"@northwindair flight {1000 + number} is late again, terrible service, I want my money back, seat {number}"
