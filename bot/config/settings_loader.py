"""Load the settings from the environment, `.env` and secret files, and collect every error."""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from bot.config.secret_files import read_secret_files
from bot.config.secret_strength import LEAST, is_long_enough, is_signing_secret
from bot.config.settings import SIGNING, Settings
from bot.config.settings_errors import SettingsError, SettingsFault

_CONTACT = re.compile(r"^EARSHOT_CONTACT_[A-Z0-9_]{1,60}$")
_HOOK = re.compile(r"^EARSHOT_HOOK_(?P<name>[A-Z0-9_]+)_SECRET$")
_ADAPTER = re.compile(r"^EARSHOT_(SOURCE|PAGER)_[A-Z0-9_]{1,60}$")
NAMES = tuple(field.alias for field in Settings.model_fields.values() if field.alias)
SECRETS = tuple(
    field.alias for field in Settings.model_fields.values() if field.alias and "SecretStr" in str(field.annotation)
)
SENTENCES = {
    "int_parsing": "must be a number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "string_pattern_mismatch": "is not valid. See .env.example",
}


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """Load from `environ`, by default the environment over `.env`. Raises SettingsError with every error."""
    given = read_environment(env_file) if environ is None else environ
    written = {name: value.strip() for name, value in given.items() if value.strip()}
    values, faults = read_secret_files(written, is_secret)
    hooks, wrong = _parse_hook_secrets(values)
    faults.extend(wrong)
    faults.extend(_find_misspelt_variables(values))
    try:
        own = {
            key: {name: SecretStr(value) for name, value in values.items() if form.match(name) and name not in NAMES}
            for key, form in (("contacts", _CONTACT), ("adapters", _ADAPTER))
        }
        named = {name: values[name] for name in NAMES if name in values}
        settings = Settings.model_validate({**named, **own, "hooks": hooks})
    except ValidationError as invalid:
        faults.extend(_describe_settings_errors(invalid))
        raise SettingsError(tuple(faults)) from None
    if faults:
        raise SettingsError(tuple(faults))
    return settings


def is_secret(variable: str) -> bool:
    """Whether it may also be read from a file, by `<variable>_FILE`."""
    return variable in SECRETS or any(one.match(variable) for one in (_HOOK, _CONTACT, _ADAPTER))


def read_environment(env_file: Path) -> dict[str, str]:
    """Return the environment over `.env`. Raises SettingsError."""
    try:
        written = DotEnvSettingsSource(Settings, env_file=env_file, env_file_encoding="utf-8-sig", case_sensitive=True)
    except (OSError, UnicodeDecodeError):
        fault = SettingsFault(str(env_file), "cannot be read. It must be a text file in UTF-8")
        raise SettingsError((fault,)) from None
    ours = EnvSettingsSource(Settings, case_sensitive=True)
    return {name: value for name, value in {**written.env_vars, **ours.env_vars}.items() if value is not None}


def _parse_hook_secrets(values: Mapping[str, str]) -> tuple[dict[str, tuple[SecretStr, ...]], list[SettingsFault]]:
    hooks: dict[str, tuple[SecretStr, ...]] = {}
    faults: list[SettingsFault] = []
    for variable, value in values.items():
        if found := _HOOK.match(variable):
            hooks[found["name"]] = tuple(SecretStr(secret) for secret in value.split())
            if not all(is_signing_secret(secret) or is_long_enough(secret) for secret in value.split()):
                either = f'{SIGNING}, or {LEAST} characters or more for a hook with scheme = "hmac"'
                faults.append(SettingsFault(variable, f"{either}. Separate several with a space"))
    return hooks, faults


def _find_misspelt_variables(values: Mapping[str, str]) -> Iterator[SettingsFault]:
    """Iterate over unknown EARSHOT_ variables that resemble a known one, which would be ignored silently."""
    for variable in values:
        if variable.startswith("EARSHOT_") and variable not in NAMES and not _HOOK.match(variable):
            near = difflib.get_close_matches(variable, NAMES, n=1, cutoff=0.85)
            if near:
                yield SettingsFault(variable, f"there is no such setting. Did you mean {near[0]}?")


def _describe_settings_errors(invalid: ValidationError) -> Iterator[SettingsFault]:
    """Describe errors without their input, which may be a secret in the wrong variable."""
    for error in invalid.errors(include_url=False, include_input=False):
        context = error.get("ctx", {})
        known = SENTENCES.get(error["type"], "cannot be used as it is")
        sentence = str(context["error"]) if error["type"] == "value_error" else known.format(**context)
        yield SettingsFault(str(error["loc"][0]), sentence)
