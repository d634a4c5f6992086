"""Settings from the environment: tokens, URLs, ports. Permissions are in the playbook."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config.secret_strength import LEAST, SIGNING_LEAST, is_long_enough, is_signing_secret
from bot.config.settings_errors import SettingsFault

SIGNING = f"must be whsec_ and base64 of {SIGNING_LEAST} bytes or more, as in Standard Webhooks"

REDIS_SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")


def _require_prefix(prefix: str, where: str) -> AfterValidator:
    """Return a validator of a token's prefix. Slack puts `xoxe.` before rotated tokens."""

    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().removeprefix("xoxe.").startswith(prefix):
            raise ValueError(f"must begin with '{prefix}'. {where}")
        return value

    return AfterValidator(check)


def _reject_token(value: SecretStr) -> SecretStr:
    if value.get_secret_value().startswith(("xox", "xapp")):
        raise ValueError("this is a token. The signing secret is in your app's settings under Basic Information")
    return value


def _require_signing_secret(value: SecretStr) -> SecretStr:
    if not is_signing_secret(value.get_secret_value()):
        raise ValueError(SIGNING)
    return value


def _require_long_secret(value: SecretStr) -> SecretStr:
    if not is_long_enough(value.get_secret_value()):
        raise ValueError(f"has fewer than {LEAST} characters, and could be guessed. Copy all of it")
    return value


def _require_scheme(*schemes: str) -> AfterValidator:
    def check(value: SecretStr | str) -> SecretStr | str:
        words = value if isinstance(value, str) else value.get_secret_value()
        scheme, _, rest = words.partition("://")
        if scheme.lower() not in schemes or not rest:
            raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return value

    return AfterValidator(check)


BotToken = Annotated[SecretStr, _require_prefix("xoxb-", "Copy it from your app's settings under OAuth & Permissions")]
AppToken = Annotated[
    SecretStr, _require_prefix("xapp-", "Copy it from your app's settings under Basic Information, App-Level Tokens")
]
LongSecret = Annotated[SecretStr, AfterValidator(_require_long_secret)]
WebAddress = Annotated[str, _require_scheme("http", "https")]
Lower = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
PROCESSES_MOST = 64


def _parse_process_count(value: object) -> int | None:
    if value is None or value == "auto":
        return None
    if not str(value).isdecimal() or not 1 <= int(str(value)) <= PROCESSES_MOST:
        raise ValueError(f"must be auto or a number from 1 to {PROCESSES_MOST}")
    return int(str(value))


ProcessCount = Annotated[int | None, BeforeValidator(_parse_process_count)]


class Settings(BaseSettings):
    """Loaded by `settings_loader`. An empty variable counts as not set."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, str_strip_whitespace=True)

    slack_bot_token: Annotated[BotToken | None, Field(alias="SLACK_BOT_TOKEN")] = None
    slack_app_token: Annotated[AppToken | None, Field(alias="SLACK_APP_TOKEN")] = None
    slack_signing_secret: Annotated[
        Annotated[SecretStr, AfterValidator(_reject_token), AfterValidator(_require_long_secret)] | None,
        Field(alias="SLACK_SIGNING_SECRET"),
    ] = None
    slack_client_id: Annotated[str | None, Field(alias="SLACK_CLIENT_ID", pattern=r"^[0-9]{1,30}\.[0-9]{1,30}$")] = None
    """With `slack_client_secret`: people install the app by a link, and its tokens are in Redis."""
    slack_client_secret: Annotated[LongSecret | None, Field(alias="SLACK_CLIENT_SECRET")] = None
    slack_api_url: Annotated[WebAddress, Field(alias="SLACK_API_URL")] = "https://slack.com/api/"
    redis_url: Annotated[Annotated[SecretStr, _require_scheme(*REDIS_SCHEMES)] | None, Field(alias="REDIS_URL")] = None
    """May contain a password. None: the embedded store in `data`."""
    copies: Annotated[int, Field(alias="EARSHOT_COPIES", ge=0, le=5)] = 0
    """Replicas that must have what was admitted or committed before it counts."""
    processes: Annotated[ProcessCount, Field(alias="EARSHOT_PROCESSES")] = None
    """None: as many as the machine has room for."""
    shards: Annotated[int, Field(alias="EARSHOT_SHARDS", ge=1, le=64)] = 1
    """Of the inbox, each on the node of a cluster that has its slot; 1: the inbox is with all else of the brand."""
    data: Annotated[Path, Field(alias="EARSHOT_DATA")] = Path(".earshot")
    model: Annotated[Path | None, Field(alias="EARSHOT_MODEL")] = None
    """None: the model that `earshot train` wrote to `data`, else the packaged one."""
    playbook: Annotated[Path, Field(alias="EARSHOT_PLAYBOOK")] = Path("playbook.toml")
    playbooks: Annotated[Path | None, Field(alias="EARSHOT_PLAYBOOKS")] = None
    """A folder with a playbook for each of several brands, in place of `playbook`."""
    host: Annotated[str, Field(alias="EARSHOT_HOST")] = "0.0.0.0"  # noqa: S104 - in a container, others call from outside
    port: Annotated[int, Field(alias="EARSHOT_PORT", ge=0, le=65535)] = 8080
    log: Annotated[Literal["debug", "info", "warning", "error"], Lower, Field(alias="EARSHOT_LOG")] = "info"
    log_format: Annotated[Literal["auto", "json", "console"], Lower, Field(alias="EARSHOT_LOG_FORMAT")] = "auto"
    contact: Annotated[str, Field(alias="EARSHOT_CONTACT", max_length=200, pattern=r"^[!-'*-~]*$")] = ""
    """Sent to outlets in the User-Agent."""
    x_bearer_token: Annotated[SecretStr | None, Field(alias="X_BEARER_TOKEN")] = None
    x_api_url: Annotated[WebAddress, Field(alias="X_API_URL")] = "https://api.x.com"
    public_url: Annotated[WebAddress | None, Field(alias="EARSHOT_PUBLIC_URL")] = None
    """Base URL that phones can reach; None: no links in pages."""
    pagerduty_routing_key: Annotated[SecretStr | None, Field(alias="PAGERDUTY_ROUTING_KEY")] = None
    pagerduty_webhook_secret: Annotated[LongSecret | None, Field(alias="PAGERDUTY_WEBHOOK_SECRET")] = None
    pagerduty_api_url: Annotated[WebAddress, Field(alias="PAGERDUTY_API_URL")] = "https://events.pagerduty.com"
    ntfy_url: Annotated[WebAddress, Field(alias="NTFY_URL")] = "https://ntfy.sh"
    ntfy_token: Annotated[SecretStr | None, Field(alias="NTFY_TOKEN")] = None
    twilio_account_sid: Annotated[str | None, Field(alias="TWILIO_ACCOUNT_SID", pattern="^AC[0-9a-f]{32}$")] = None
    twilio_auth_token: Annotated[LongSecret | None, Field(alias="TWILIO_AUTH_TOKEN")] = None
    twilio_from: Annotated[str | None, Field(alias="TWILIO_FROM", pattern=r"^\+[1-9][0-9]{6,14}$")] = None
    twilio_api_url: Annotated[WebAddress, Field(alias="TWILIO_API_URL")] = "https://api.twilio.com"
    pager_webhook_url: Annotated[WebAddress | None, Field(alias="EARSHOT_PAGER_WEBHOOK_URL")] = None
    pager_webhook_secret: Annotated[
        Annotated[SecretStr, AfterValidator(_require_signing_secret)] | None,
        Field(alias="EARSHOT_PAGER_WEBHOOK_SECRET"),
    ] = None
    heartbeat_url: Annotated[
        Annotated[SecretStr, _require_scheme("http", "https")] | None, Field(alias="EARSHOT_HEARTBEAT_URL")
    ] = None
    """Requested each minute while all is well. A secret, since whoever knows it can request it."""
    drafts_key: Annotated[SecretStr | None, Field(alias="EARSHOT_DRAFTS_KEY")] = None
    """For the endpoint of `[drafts]` in the playbook."""
    sentry_dsn: Annotated[Annotated[SecretStr, _require_scheme("http", "https")] | None, Field(alias="SENTRY_DSN")] = (
        None
    )
    """Where unexpected errors are reported; whoever knows it can send reports."""
    contacts: Mapping[str, SecretStr] = {}
    """Numbers and topics that the playbook refers to, by variable, `EARSHOT_CONTACT_…`."""
    adapters: Mapping[str, SecretStr] = {}
    """What only one source or pager reads, by variable, `EARSHOT_SOURCE_…` and `EARSHOT_PAGER_…`."""
    hooks: Mapping[str, tuple[SecretStr, ...]] = {}
    """By the middle part of the variable; see `get_hook_secrets`."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the names are pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use only the values that `load_settings` passes, so that tests control all of them."""
        return (init_settings,)

    def get_hook_secrets(self, name: str) -> tuple[SecretStr, ...]:
        """Return the secrets of `[sources.webhook.<name>]`: several during rotation, () where not set."""
        return self.hooks.get(_normalize_hook_name(name), ())

    def get_adapter_variable(self, variable: str) -> str:
        """Return a variable of a source or pager that has no field here; "" where not set."""
        return self.adapters[variable].get_secret_value() if variable in self.adapters else ""

    @property
    def has_oauth(self) -> bool:
        """Whether the app can be installed by a link."""
        return self.slack_client_id is not None

    def check_for_run(self) -> tuple[SettingsFault, ...]:
        """Return what `earshot run` needs and is not set; the demo needs nothing."""
        faults = []
        if self.slack_bot_token is None and not self.has_oauth:
            sentence = "is not set. To create the app that gives you one: earshot manifest"
            faults.append(SettingsFault("SLACK_BOT_TOKEN", sentence))
        if self.slack_client_id and self.slack_client_secret is None:
            faults.append(SettingsFault("SLACK_CLIENT_SECRET", "is not set, and SLACK_CLIENT_ID is. Set both or none"))
        if self.slack_client_secret and self.slack_client_id is None:
            faults.append(SettingsFault("SLACK_CLIENT_ID", "is not set, and SLACK_CLIENT_SECRET is. Set both or none"))
        if self.has_oauth and not self.public_url:
            sentence = "is not set. After an installation, Slack sends people back to it"
            faults.append(SettingsFault("EARSHOT_PUBLIC_URL", sentence))
        if self.slack_app_token is None and self.slack_signing_secret is None:
            either = "Set the first for Socket Mode or the second for HTTP"
            faults.append(SettingsFault("SLACK_APP_TOKEN", f"is not set, nor is SLACK_SIGNING_SECRET. {either}"))
        return tuple(faults)


def build_hook_variable(name: str) -> str:
    """Return the variable of a hook's secret: `EARSHOT_HOOK_MY_FORUM_SECRET` for `my-forum`."""
    return f"EARSHOT_HOOK_{_normalize_hook_name(name)}_SECRET"


def _normalize_hook_name(name: str) -> str:
    return name.upper().replace("-", "_")
