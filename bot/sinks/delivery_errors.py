"""The ways in which a call to Slack can fail. What follows is decided in delivery."""

OTHER_WORKSPACE = "token_of_other_workspace"
"""Our own code: the token is valid, but not for the workspace of the brand."""
TOKEN_ERRORS = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope"}
    | {"org_login_required", "not_allowed_token_type", "no_permission", "two_factor_setup_required", "access_denied"}
    | {"ekm_access_denied", "enterprise_is_restricted", "accesslimited", "team_access_not_granted", "team_not_found"}
    | {"deprecated_endpoint", "method_deprecated", "unknown_method", OTHER_WORKSPACE}
)
BLOCK_ERRORS = frozenset(
    {"no_text", "block_mismatch", "markdown_text_conflict", "attachment_payload_limit_exceeded"}
    | {"missing_post_type", "as_user_not_supported", "cant_broadcast_message"}
)
BLOCK_ERROR_PREFIXES = ("invalid_", "msg_", "metadata_", "too_many_")
MESSAGE_ERRORS = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
RETRYABLE_ERRORS = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "too_many_requests", "team_added_to_org"}
    | {"external_channel_migrating", "streaming_state_conflict"}
)
"""Not sent; likely to succeed later."""
UNKNOWN_OUTCOME_ERRORS = frozenset({"internal_error", "fatal_error", "request_timeout", ""})
"""Perhaps sent."""


class RateLimitedError(Exception):
    """Not sent: wait for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"rate limited for {seconds:.0f} s")
        self.seconds = seconds


class NotSentError(Exception):
    """Certainly not sent: no connection could be made."""


class DeliveryUnknownError(Exception):
    """Perhaps sent: the answer was lost, late or a server's error."""


class SlackRejectedError(Exception):
    """Refused, with Slack's own error code; `details` are Slack's words, if any."""

    def __init__(self, error: str, faults: tuple[str, ...] = ()) -> None:
        super().__init__(error)
        self.error = error
        self.details = faults

    @property
    def is_channel_gone(self) -> bool:
        """Whether the channel cannot be written to until a person acts: any error code of no other group."""
        return not (self.is_token_refused or self.is_block_error or self.is_message_gone)

    @property
    def is_token_refused(self) -> bool:
        """Whether Slack accepts nothing from us at all."""
        return self.error in TOKEN_ERRORS

    @property
    def is_block_error(self) -> bool:
        """Whether our blocks broke a rule of Slack's."""
        ours = self.error in BLOCK_ERRORS or self.error.startswith(BLOCK_ERROR_PREFIXES)
        return ours and not self.is_token_refused and self.error != "invalid_channel"

    @property
    def is_message_gone(self) -> bool:
        """Whether the message to update is gone, or not ours."""
        return self.error in MESSAGE_ERRORS
