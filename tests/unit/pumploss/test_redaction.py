import io
import re
from dataclasses import fields

import pytest

from pumploss import redaction
from pumploss.errors import StoreError, failure_text
from pumploss.redaction import (
    ADDRESS_VARIABLES,
    SECRET_VARIABLES,
    RedactingStream,
    header_values,
    passwords_of,
    redacted,
    redacted_in,
    remember,
)
from pumploss.settings import Settings


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """Each test begins with no secrets and leaves none."""
    monkeypatch.setattr(redaction, "_known", set())
    redaction._pattern.cache_clear()
    yield
    redaction._pattern.cache_clear()


@pytest.mark.parametrize(
    ("address", "secrets"),
    [
        ("postgresql://user:hunter22@host:5432/db", {"hunter22"}),
        ("postgresql://user:pa/s@ wo:rd@host/db", {"pa/s@ wo:rd"}),
        ("postgresql://host/db?user=me&password=hunter22&sslmode=require", {"hunter22"}),
        ("host=db password=hunter22 dbname=x", {"hunter22"}),
        ("host=db password='hun ter\\'22' dbname=x", {"hun ter\\'22"}),
        ("rediss://:hunter22@host:6379/0", {"hunter22"}),
        ("https://gh-token-of-me@mlflow.example.com", {"gh-token-of-me"}),
        ("sc://host:15002/;use_ssl=true;token=abc.def;user_id=me", {"abc.def"}),
        ("sc://host:15002/;token=abc@ def%1;user_id=me", {"abc@ def%1"}),
        ("sc://host:15002/;user_id=me;token=abcd;efgh", {"abcd;efgh"}),
        ("sc://host:15002/;authorization=Bearer abcdef;x-api-key=ghijkl", {"Bearer abcdef", "ghijkl"}),
        (r"host=db password=hunter\ twenty two dbname=x", {r"hunter\ twenty two"}),
        ("host=db password='hunter'twenty dbname=x", {"'hunter'twenty"}),
        ("postgresql://me@host/db?password=hunter;twenty&sslmode=require", {"hunter;twenty"}),
        ("redis://host/0?password=hunter;twenty", {"hunter;twenty"}),
        ("s3://bucket/prefix", set()),
        ("sqlite:////var/mlflow/mlflow.db", set()),
    ],
)
def test_passwords_of_addresses(address, secrets):
    assert passwords_of(address) == secrets


@pytest.mark.parametrize(
    "text",
    [
        "cannot reach postgresql://user:p%40ss%2Fwörd 1@h/db",
        "decoded: p@ss/wörd 1",
        "all encoded: p%40ss%2Fw%C3%B6rd%201",
        "lower case: p%40ss%2fw%c3%b6rd%201",
        "with a plus: p%40ss%2Fw%C3%B6rd+1",
        r'as JSON: "p@ss/w\u00f6rd 1"',
        'could not translate host name "ss/wörd 1@h" to address: wörd is no name',
    ],
)
def test_every_spelling_of_a_password_is_taken_out(text):
    remember(["postgresql://user:p%40ss%2Fwörd 1@h/db"])
    left = redacted(text)
    assert "***" in left
    assert not re.search(r"w(ö|%C3%B6|%c3%b6|\\u00f6)rd", left)


def test_what_is_left_where_an_address_is_cut_is_taken_out():
    remember(["postgresql://me:one/Val@ue#9 %7@h/db"])
    for text in ('unexpected spaces found in "Val@ue#9 %7@h/db"', 'host name "ue#9 %7@h"', "path /Val@ue"):
        assert not {"Val@ue", "ue#9"} & set(re.split('[" /]', redacted(text))), redacted(text)


def test_texts_without_secrets_are_left_alone():
    assert redacted("anything: password=abc") == "anything: password=abc"
    remember(["postgresql://user:abc@host/db"])  # too short to be told from text
    assert redacted("abcdef") == "abcdef"


def test_errors_values_and_streams_are_redacted():
    remember([], ["AKIA-wJalrXUtn"])
    assert failure_text(StoreError("refused AKIA-wJalrXUtn")) == "refused ***"
    assert failure_text(ValueError("AKIA-wJalrXUtn")) == "ValueError: ***"
    assert redacted_in({"a": ["x AKIA-wJalrXUtn", 1, None]}) == {"a": ["x ***", 1, None]}
    target = io.StringIO()
    print("one AKIA-wJalrXUtn", file=RedactingStream(target))
    assert target.getvalue() == "one ***\n"


def test_every_setting_says_whether_it_may_hold_a_secret():
    for setting in fields(Settings):
        assert isinstance(setting.metadata["variable"], str), f"{setting.name}: declare it with `_variable(...)`"
        assert isinstance(setting.metadata["is_address"], bool)


@pytest.mark.parametrize(
    "name",
    [
        *("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "PGPASSWORD", "MLFLOW_TRACKING_PASSWORD"),
        *("MLFLOW_TRACKING_TOKEN", "SPARK_CONNECT_AUTHENTICATE_TOKEN", "AIRFLOW__CORE__FERNET_KEY", "REDISCLI_AUTH"),
        *("AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"),
    ],
)
def test_variables_of_libraries_that_are_secrets(name):
    assert SECRET_VARIABLES.fullmatch(name)


def test_variables_of_libraries_that_are_none():
    for name in ("TOKENIZERS_PARALLELISM", "AWS_REGION", "SPARK_REMOTE", "AIRFLOW__API__PORT", "PATH"):
        assert not SECRET_VARIABLES.fullmatch(name)
        assert not ADDRESS_VARIABLES.fullmatch(name)
    for name in ("AIRFLOW_CONN_AWS_DEFAULT", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"):
        assert ADDRESS_VARIABLES.fullmatch(name)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sc://h:1/;token=QQAA/QQBB@ QQCC%dd;user_id=x", "The path component '/;QQAA/QQBB@ QQCC%dd' must be empty"),
        ("sc://h:1/;user_id=x;token=AAAAAA;BBBBBB", "Parameter 'BBBBBB' should be a key-value pair"),
        (r"host=h user=u password=AAAAAA\ BBBBBB dbname=x", r"host=h user=u password=AAAAAA\ BBBBBB dbname=x"),
        ("password='AAAAAA'BBBBBB", 'missing "=" after "BBBBBB"'),
        ("postgresql://u@h:1/db?password=AAAAAA;BBBBBB", "postgresql://u@h:1/db?password=AAAAAA;BBBBBB"),
    ],
)
def test_whoever_ends_a_value_elsewhere_says_nothing_of_it(address, said):
    remember([address])
    assert not re.search("QQ|AAA|BBB", redacted(said))


def test_names_beside_a_secret_are_no_part_of_it():
    remember(["sc://host:15002/;token=abcdef ghijkl;user_id=somebody;use_ssl=true"])
    assert redacted("user_id=somebody of host:15002 with use_ssl") == "user_id=somebody of host:15002 with use_ssl"


#: What the address of a receiver has in common with our own words.
OF_OURS = '{"lake": "/srv/lake", "differs": ["pumploss", 1]}'


@pytest.mark.parametrize("path", ["pumploss", "lake", "diff", "srv/lake", "lake?tag=pumploss"])
@pytest.mark.parametrize("scheme", ["json://127.0.0.1:18101", "ntfy://topics.example"])
def test_the_path_of_a_receiver_is_no_secret(scheme, path):
    remember([], receivers=[f"{scheme}/{path}"])
    assert redacted(OF_OURS) == OF_OURS
    assert redacted("export PGDATABASE=pumploss; PATH=/srv/lake/bin: it differs") == (
        "export PGDATABASE=pumploss; PATH=/srv/lake/bin: it differs"
    )


@pytest.mark.parametrize(
    ("address", "secrets"),
    [
        ("jsons://hook.example/lake/k3yOfThisHook?tag=lake", {"k3yOfThisHook"}),
        ("jsons://me:long/w0rd@hook.example/lake", {"long/w0rd"}),
        ("jsons://4bCd3fGh1jKl@hook.example/lake", {"4bCd3fGh1jKl"}),
        ("jsons://hook.example/lake?password=hunter", {"hunter"}),
        (
            "slack://bot@T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#lake",
            {"T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ"},
        ),
        ("matrixs://me:hunter@matrix.example/#lake", {"hunter"}),
    ],
)
def test_tokens_and_passwords_of_a_receiver_are_secrets(address, secrets):
    assert redaction.secrets_of_receiver(address) == secrets
    remember([], receivers=[address])
    for secret in secrets:
        assert redacted(f"refused x {secret}, lake") == "refused x ***, lake"


def test_an_address_that_is_one_token_is_secret_as_a_whole():
    remember([], receivers=["ntfy://alarms-of-the-lake"])
    assert redacted("POST alarms-of-the-lake: alarms of the lake") == "POST ***: alarms of the lake"


def test_a_password_that_is_a_word_is_taken_out_as_a_word_and_never_as_a_key():
    remember(["redis://:diff@host/0"])
    assert redacted("it differs: diff, %2Fdiff, \\ndiff") == "it differs: ***, %2F***, \\n***"
    assert redacted('{"diff": ["diff", {"a diff": "differs"}], "one": 1}') == (
        '{"diff": ["***", {"a diff": "differs"}], "one": 1}'
    )
    assert redacted('no host "diff": Name or service not known') == 'no host "***": Name or service not known'


def test_a_long_token_is_taken_out_wherever_it_stands():
    remember([], ["4bCd3fGh1jKl"])
    assert redacted("x4bCd3fGh1jKly") == "x***y"


def test_headers_of_a_collector_are_secrets_with_and_without_their_scheme():
    found = header_values("authorization=Bearer%20s3cretW0rd,x-scope=team, api-key=k3y%2Fk3y")
    assert found == {"Bearer s3cretW0rd", "s3cretW0rd", "team", "k3y/k3y"}
    assert header_values("") == set()
