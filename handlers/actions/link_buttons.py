"""Buttons that are links: Slack opens the URL itself, but needs an ack."""

from slack_bolt.context.ack.async_ack import AsyncAck


async def ack_link_button(ack: AsyncAck) -> None:
    await ack()
