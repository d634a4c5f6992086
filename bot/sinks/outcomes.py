"""How a call to the world can end, other than well. What to do about each is delivery's to decide."""


class RateLimited(Exception):  # noqa: N818 - named as the world says it
    """Not sent: wait for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"rate limited for {seconds:.0f} s")
        self.seconds = seconds


class Unsent(Exception):  # noqa: N818
    """Certainly not sent: no connection could be made."""


class Ambiguous(Exception):  # noqa: N818
    """Perhaps sent: the answer was lost, late or a server's error."""


class Rejected(Exception):  # noqa: N818
    """Read and refused, with Slack's own word for why. `faults` say where, in Slack's words, if it told."""

    def __init__(self, error: str, faults: tuple[str, ...] = ()) -> None:
        super().__init__(error)
        self.error = error
        self.faults = faults

    @property
    def channel_gone(self) -> bool:
        """This channel cannot be written to until somebody does something."""
        return self.error in {
            "channel_not_found",
            "not_in_channel",
            "is_archived",
            "restricted_action",
            "user_not_found",
        }

    @property
    def token_refused(self) -> bool:
        return self.error in {
            "invalid_auth",
            "not_authed",
            "token_revoked",
            "token_expired",
            "account_inactive",
            "missing_scope",
            "org_login_required",
        }

    @property
    def blocks_refused(self) -> bool:
        """Our fault: the drawing broke a rule of Block Kit."""
        return self.error in {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"}

    @property
    def message_gone(self) -> bool:
        """The message to update is not there, or not ours to change."""
        return self.error in {"message_not_found", "cant_update_message", "edit_window_closed"}
