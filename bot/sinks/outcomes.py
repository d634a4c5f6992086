"""How a call to the world can end, other than well. What to do about each is delivery's to decide."""

TOKEN = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope"}
    | {"org_login_required", "not_allowed_token_type", "no_permission", "two_factor_setup_required", "access_denied"}
    | {"ekm_access_denied", "enterprise_is_restricted", "accesslimited", "team_access_not_granted", "team_not_found"}
    | {"deprecated_endpoint", "method_deprecated", "unknown_method"}
)
DRAWING = frozenset(
    {"no_text", "block_mismatch", "markdown_text_conflict", "attachment_payload_limit_exceeded"}
    | {"missing_post_type", "as_user_not_supported", "cant_broadcast_message"}
)
DRAWING_BEGINS = ("invalid_", "msg_", "metadata_", "too_many_")
MESSAGE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
LATER = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "too_many_requests", "team_added_to_org"}
    | {"external_channel_migrating", "streaming_state_conflict"}
)
"""Not sent, and likely to be taken in a while."""
LOST = frozenset({"internal_error", "fatal_error", "request_timeout", ""})
"""Perhaps sent."""


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
        """This channel cannot be written to until somebody does something.

        Slack has a dozen words for that and adds more, so that every word that says nothing else says this.
        """
        return not (self.token_refused or self.blocks_refused or self.message_gone)

    @property
    def token_refused(self) -> bool:
        """Nothing will be taken from us, wherever it goes."""
        return self.error in TOKEN

    @property
    def blocks_refused(self) -> bool:
        """Our fault: the drawing broke a rule of Slack's."""
        ours = self.error in DRAWING or self.error.startswith(DRAWING_BEGINS)
        return ours and not self.token_refused and self.error != "invalid_channel"

    @property
    def message_gone(self) -> bool:
        """The message to update is not there, or not ours to change."""
        return self.error in MESSAGE
