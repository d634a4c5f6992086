"""What each of Slack's words for "no" means, as chat.postMessage and chat.update document them."""

import pytest

from bot.sinks.delivery_errors import RETRYABLE_ERRORS, UNKNOWN_OUTCOME_ERRORS, SlackRejectedError

CHANNEL = [
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "is_inactive",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "messages_tab_disabled",
    "user_not_found",
    "user_disabled",
    "cannot_dm_bot",
    "cannot_reply_to_message",
    "invalid_channel",
    "slack_connect_file_link_sharing_blocked",
    "slack_connect_canvas_sharing_blocked",
    "slack_connect_clip_sharing_blocked",
    "slack_connect_lists_sharing_blocked",
    "duplicate_channel_not_found",
    "a_word_that_slack_adds_next_year",
]
TOKEN = [
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "missing_scope",
    "org_login_required",
    "not_allowed_token_type",
    "no_permission",
    "two_factor_setup_required",
    "access_denied",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "accesslimited",
    "team_access_not_granted",
    "team_not_found",
    "deprecated_endpoint",
    "method_deprecated",
]
OURS = [
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_arguments",
    "invalid_arg_name",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "invalid_attachments",
    "metadata_too_large",
    "metadata_must_be_sent_from_app",
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
    "block_mismatch",
    "markdown_text_conflict",
    "too_many_attachments",
    "too_many_contact_cards",
    "attachment_payload_limit_exceeded",
    "invalid_array_arg",
    "invalid_charset",
    "invalid_form_data",
    "invalid_post_type",
]
MESSAGE = ["message_not_found", "cant_update_message", "edit_window_closed"]


def meanings(word: str) -> tuple[bool, ...]:
    no = SlackRejectedError(word)
    return no.is_channel_gone, no.is_token_refused, no.is_block_error, no.is_message_gone


@pytest.mark.parametrize(
    ("word", "at"), [(word, at) for at, words in enumerate((CHANNEL, TOKEN, OURS, MESSAGE)) for word in words]
)
def test_each_word_of_slacks_means_one_thing(word: str, at: int) -> None:
    assert meanings(word) == tuple(index == at for index in range(4))
    assert word not in RETRYABLE_ERRORS | UNKNOWN_OUTCOME_ERRORS
