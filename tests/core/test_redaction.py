import base64
import json

import pytest

from fewsight import redaction
from fewsight.errors import ConfigError
from fewsight.redaction import keep_secret, keep_url_secret, redact, redact_forms, redact_values


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_known", {})
    for name in redaction.VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://me:hunter2@host:80/v1",
        "http://hunter2@host/v1",
        "postgresql+psycopg://me:hun/ter2@db/shop",
        "postgresql://me:hunter2@ter2@db/shop",
        "http://host/v1?api-key=hunter2&x=1",
    ],
)
def test_secrets_of_urls_are_hidden_by_their_form(url: str) -> None:
    for text in (url, f"can't reach '{url}'.", json.dumps({"base_url": url})):
        assert "ter2" not in redact(text)
        assert "http" in redact(text) or "postgresql" in redact(text)
    json.loads(redact_forms(json.dumps({"base_url": url, "other": ["a@b", "://"]})))


@pytest.mark.parametrize(
    "text", ["write to me@shop.example", "see http://shop.example/a?b=c", "a bearer bond", "basic questions"]
)
def test_other_text_stays(text: str) -> None:
    assert redact(text) == text


def test_headers_are_hidden() -> None:
    assert "abcdefgh12" not in redact("{'Authorization': 'Bearer abcdefgh12'} authorization: Basic abcdefgh12=")


@pytest.mark.parametrize("secret", ["sk-canary-1", 'q"uo\\te-1', "smörgås-1", "p@ss w/rd"])
def test_a_known_value_is_hidden_in_every_spelling(secret: str) -> None:
    keep_secret(secret)
    spelled = [secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]]
    for text in spelled:
        assert redact_values(f"<{text}>") == "<***>"


def test_the_password_of_a_url_is_known_however_it_is_sent() -> None:
    keep_url_secret("http://me:p%40ss-word@host/v1")
    sent = base64.b64encode(b"me:p@ss-word").decode()
    for text in ("p%40ss-word", "p@ss-word", sent):
        assert redact_values(f"<{text}>") == "<***>"


def test_a_token_in_place_of_a_user_is_a_secret_of_a_server_and_a_name_in_a_database() -> None:
    keep_url_secret("https://token-canary-1@host/v1")
    keep_url_secret("postgresql://postgres@db/shop")
    sent = base64.b64encode(b"token-canary-1:").decode()
    assert redact_values(f"token-canary-1 {sent} postgres") == "*** *** postgres"


def test_short_values_are_words() -> None:
    keep_secret("order")
    assert redact("your order") == "your order"


def test_the_environment_holds_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "pg-canary-1")
    assert str(ConfigError("refused: pg-canary-1")) == "refused: ***"
