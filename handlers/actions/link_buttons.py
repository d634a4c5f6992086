"""Buttons that are links: Slack opens the address itself and wants an ack all the same."""

from slack_bolt.context.ack.async_ack import AsyncAck


async def ack_link_button(ack: AsyncAck) -> None:
    await ack()
