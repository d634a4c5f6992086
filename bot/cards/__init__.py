"""How things look in Slack: Block Kit, drawn by pure functions from what we know. Strangers' words are never mrkdwn."""
