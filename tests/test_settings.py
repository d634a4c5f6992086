"""What the environment may say, and what is said of it when it is wrong."""

import os
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config.settings import Settings, build_hook_variable
from bot.config.settings_errors import SettingsError, SettingsFault
from bot.config.settings_loader import NAMES, SECRETS, load_settings, read_environment

ROOT = Path(__file__).parents[1]
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def faults(**environ: str) -> list[SettingsFault]:
    with pytest.raises(SettingsError) as refused:
        load_settings(environ)
    return list(refused.value.faults)


def test_an_empty_environment_is_enough_for_the_demo_and_has_sensible_defaults() -> None:
    settings = load_settings({})

    assert (settings.slack_api_url, settings.x_api_url) == ("https://slack.com/api/", "https://api.x.com")
    assert (settings.data, settings.playbook, settings.redis_url) == (Path(".earshot"), Path("playbook.toml"), None)
    assert (settings.host, settings.port, settings.log, settings.log_format) == ("0.0.0.0", 8080, "info", "auto")


def test_a_variable_that_is_empty_is_one_that_is_not_set() -> None:
    assert load_settings(dict.fromkeys([*NAMES, "EARSHOT_HOOK_FORUM_SECRET"], " ")) == load_settings({})


def test_every_variable_reaches_its_setting() -> None:
    settings = load_settings(
        {
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_APP_TOKEN": "xapp-1",
            "SLACK_SIGNING_SECRET": "0f" * 16,
            "SLACK_API_URL": "http://127.0.0.1:9/api/",
            "REDIS_URL": "unix:///run/redis.sock",
            "EARSHOT_DATA": "kept",
            "EARSHOT_PLAYBOOK": "ours.toml",
            "EARSHOT_HOST": "127.0.0.1",
            "EARSHOT_PORT": " 0 ",
            "EARSHOT_LOG": "DEBUG",
            "EARSHOT_LOG_FORMAT": "json",
            "X_BEARER_TOKEN": "AAA",
            "X_API_URL": "https://x.example",
        }
    )

    assert settings == Settings.model_construct(
        slack_bot_token=SecretStr("xoxb-1"),
        slack_app_token=SecretStr("xapp-1"),
        slack_signing_secret=SecretStr("0f" * 16),
        slack_api_url="http://127.0.0.1:9/api/",
        redis_url=SecretStr("unix:///run/redis.sock"),
        data=Path("kept"),
        playbook=Path("ours.toml"),
        host="127.0.0.1",
        port=0,
        log="debug",
        log_format="json",
        x_bearer_token=SecretStr("AAA"),
        x_api_url="https://x.example",
        hooks={},
    )


def test_what_is_handed_in_is_all_there_is() -> None:
    """Neither the environment of the test nor an .env beside it is looked at."""
    assert load_settings({"PATH": "/bin", "EARSHOT_PORT": "1"}).port == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1", "must begin with 'xoxb-'."),
        ("SLACK_APP_TOKEN", "xoxb-1", "must begin with 'xapp-'."),
        ("SLACK_SIGNING_SECRET", "xapp-1", "this is a token. The signing secret is in your app's settings"),
        ("SLACK_API_URL", "slack.com", "must begin with http:// or https://"),
        ("X_API_URL", "ftp://x", "must begin with http:// or https://"),
        ("REDIS_URL", "http://localhost", "must begin with redis:// or rediss:// or unix://"),
        ("REDIS_URL", "localhost:6379", "must begin with redis://"),
        ("REDIS_URL", "redis://", "must begin with redis://"),
        ("EARSHOT_PORT", "http", "must be a number"),
        ("EARSHOT_PORT", "70000", "must be 65535 or less"),
        ("EARSHOT_PORT", "-1", "must be 0 or more"),
        ("EARSHOT_LOG", "loud", "must be 'debug', 'info', 'warning' or 'error'"),
        ("EARSHOT_LOG_FORMAT", "xml", "must be 'auto', 'json' or 'console'"),
        ("EARSHOT_PROT", "1", "there is no such setting. Did you mean EARSHOT_PORT?"),
        ("EARSHOT_HOOK_FORUM_SECRET", "secret", "must be whsec_ and base64"),
        ("EARSHOT_HOOK_FORUM_SECRET", f"{SIGNING} whsec_?", "must be whsec_ and base64"),
        ("EARSHOT_HOOK_FORUM_SECRET", "whsec_", "must be whsec_ and base64"),
        ("EARSHOT_HOOK_FORUM_SECRET", "whsec_QQ==", "of 24 bytes or more"),
        ("EARSHOT_PAGER_WEBHOOK_SECRET", "whsec_c2VjcmV0c2VjcmV0", "of 24 bytes or more"),
        ("SLACK_SIGNING_SECRET", "a", "has fewer than 16 characters"),
        ("PAGERDUTY_WEBHOOK_SECRET", "a", "has fewer than 16 characters"),
        ("TWILIO_AUTH_TOKEN", "a", "has fewer than 16 characters"),
    ],
)
def test_a_fault_names_its_variable_and_says_what_to_do(name: str, value: str, said: str) -> None:
    (fault,) = faults(**{name: value})

    assert fault.place == name
    assert said in str(fault)


def test_a_token_that_is_exchanged_every_few_hours_is_a_token() -> None:
    assert load_settings({"SLACK_BOT_TOKEN": "xoxe.xoxb-1-abc"}).slack_bot_token is not None


def test_a_variable_of_somebody_else_is_passed_over() -> None:
    assert load_settings({"EARSHOT_IMAGE_TAG": "7", "SLACK_API_TOKEN": "x"}) == load_settings({})


def test_all_faults_are_told_at_once() -> None:
    found = faults(EARSHOT_PORT="x", REDIS_URL="y", SLACK_BOT_TOKEN="z", EARSHOT_HOOK_A_SECRET="q")

    assert {fault.place for fault in found} == {
        "EARSHOT_PORT",
        "REDIS_URL",
        "SLACK_BOT_TOKEN",
        "EARSHOT_HOOK_A_SECRET",
    }


def test_neither_a_fault_nor_the_settings_ever_show_a_secret() -> None:
    secret = "hunter2" * 6
    names = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "REDIS_URL", "EARSHOT_HOOK_FORUM_SECRET", "EARSHOT_PORT"]
    right = {
        "SLACK_BOT_TOKEN": f"xoxb-{secret}",
        "SLACK_APP_TOKEN": f"xapp-{secret}",
        "SLACK_SIGNING_SECRET": secret,
        "REDIS_URL": f"redis://:{secret}@localhost",
        "X_BEARER_TOKEN": secret,
        "EARSHOT_HOOK_FORUM_SECRET": f"whsec_{secret}aa",
    }
    with pytest.raises(SettingsError) as refused:
        load_settings(dict.fromkeys(names, secret[:14]))

    assert secret not in f"{refused.value!r} {refused.value} {refused.value.__cause__} "
    assert refused.value.__suppress_context__
    settings = load_settings(right)
    assert secret not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, ["SLACK_APP_TOKEN"]),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, []),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "0f" * 16}, []),
        ({"SLACK_SIGNING_SECRET": "0f" * 16}, ["SLACK_BOT_TOKEN"]),
    ],
)
def test_to_run_it_takes_a_bot_token_and_one_way_to_receive_from_slack(
    environ: dict[str, str], missing: list[str]
) -> None:
    assert [fault.place for fault in load_settings(environ).check_for_run()] == missing


def test_a_hook_finds_its_secrets_by_its_name_and_there_may_be_two() -> None:
    settings = load_settings({"EARSHOT_HOOK_MY_FORUM_SECRET": f"{SIGNING}  {SIGNING}aaaa"})

    assert build_hook_variable("my-forum") == "EARSHOT_HOOK_MY_FORUM_SECRET"
    assert [one.get_secret_value() for one in settings.get_hook_secrets("my-forum")] == [SIGNING, f"{SIGNING}aaaa"]
    assert settings.get_hook_secrets("other") == ()


def test_an_env_file_is_read_and_the_environment_goes_before_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"\ufeffEARSHOT_LOG=error # why\nEARSHOT_HOOK_FORUM_SECRET='{SIGNING}'\nPATH=nowhere\n", "utf-8")

    settings = load_settings(env_file=file)
    assert settings.log == "error"
    assert len(settings.get_hook_secrets("forum")) == 1
    assert read_environment(file)["PATH"] != "nowhere"


def test_an_env_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes("EARSHOT_DATA=café".encode("latin-1"))

    with pytest.raises(SettingsError, match=r"cannot be read\. It must be a text file in UTF-8"):
        load_settings(env_file=file)


def test_no_setting_is_missing_in_the_example_and_each_has_a_comment() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    explained = set(re.findall(r"^#.*\n([A-Z_]+)=$", text, re.MULTILINE))

    assert explained == {*NAMES, "EARSHOT_HOOK_FORUM_SECRET"}


def test_the_example_as_it_stands_sets_nothing() -> None:
    assert load_settings(env_file=ROOT / ".env.example").check_for_run() == load_settings({}).check_for_run()


SECRET_WORDS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "REDIS_URL": "redis://:pass@redis:6379/0"}


@pytest.mark.parametrize("name", [*SECRETS, "EARSHOT_HOOK_FORUM_SECRET", "EARSHOT_CONTACT_RAJ_NTFY"])
def test_every_secret_may_come_from_a_file(tmp_path: Path, name: str) -> None:
    words = SECRET_WORDS.get(name, SIGNING if "SECRET" in name else "https://beat.example/1")
    (tmp_path / "secret").write_text(f"\ufeff{words}\r\n", "utf-8")

    assert load_settings({f"{name}_FILE": str(tmp_path / "secret")}) == load_settings({name: words})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "cannot be used: its file is empty"),
        (b" \n", "cannot be used: its file is empty"),
        (b"\xff\xfe", "cannot be used: its file is not UTF-8 text"),
        (b"xoxb-1\0", "cannot be used: its file holds more than a secret"),
        (b"x" * 70_000, "cannot be used: its file holds more than a secret"),
        (None, "cannot be used: its file cannot be read (No such file or directory)"),
    ],
)
def test_a_file_without_a_secret_is_a_sentence(tmp_path: Path, body: bytes | None, sentence: str) -> None:
    if body is not None:
        (tmp_path / "secret").write_bytes(body)

    assert faults(SLACK_BOT_TOKEN_FILE=str(tmp_path / "secret")) == [SettingsFault("SLACK_BOT_TOKEN_FILE", sentence)]


def test_a_pipe_is_no_file_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert faults(SLACK_BOT_TOKEN_FILE=str(tmp_path / "pipe")) == [
        SettingsFault("SLACK_BOT_TOKEN_FILE", "cannot be used: it is not a file")
    ]


def test_a_secret_and_its_file_together_are_refused(tmp_path: Path) -> None:
    reported = faults(SLACK_BOT_TOKEN="xoxb-1", SLACK_BOT_TOKEN_FILE=str(tmp_path))

    assert reported == [
        SettingsFault("SLACK_BOT_TOKEN_FILE", "SLACK_BOT_TOKEN is set as well. Leave one of the two empty")
    ]


def test_only_secrets_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("1", "utf-8")

    assert load_settings({"OTHERS_PORT_FILE": str(tmp_path / "port")}) == load_settings({})


def test_a_secret_in_a_file_is_judged_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("xapp-1", "utf-8")

    [fault] = faults(SLACK_BOT_TOKEN_FILE=str(tmp_path / "secret"))

    assert fault.place == "SLACK_BOT_TOKEN"
    assert "xapp-1" not in fault.sentence
