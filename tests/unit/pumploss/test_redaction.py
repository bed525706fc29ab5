import io
import re
from dataclasses import fields

import pytest

from pumploss import redaction
from pumploss.errors import StoreError, failure_text
from pumploss.redaction import RedactingStream, redacted, redacted_in, remember
from pumploss.secret_parts import secrets_of_receiver
from pumploss.settings import Settings, remember_secrets


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """Each test begins with no secrets and leaves none."""
    monkeypatch.setattr(redaction, "_known", set())
    redaction._pattern.cache_clear()
    yield
    redaction._pattern.cache_clear()


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
    assert secrets_of_receiver(address) == secrets
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


#: Of one letter each, so that what is left of any of them is seen.
LONG = "/".join(letter * 5 for letter in "QWXYZJKV" * 3)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PUMPLOSS_WARM_DSN", "postgresql://me:QQQQ@WWWWww/XX@h/db", 'no host "wwwwww", QQQQ'),
        ("MLFLOW_TRACKING_URI", "http://me:qq#WWWWww@h:5000", "HTTPConnectionPool(host='wwwwww', port=80)"),
        ("MLFLOW_TRACKING_URI", "https://QQQQqqqq/WWWW@mlflow.example.com", "host='qqqqqqqq', url: /WWWW@mlflow"),
        ("MLFLOW_TRACKING_URI", "https://QQQQ4qqqqZ:x-oauth-basic@h", "QQQQ4qqqqZ"),
        ("PUMPLOSS_HOT_URL", "redis://QQQQ4qqqqZ/WWWW@h", "host qqqq4qqqqz"),
        ("PUMPLOSS_WARM_DSN", f"postgresql://me:{LONG}@h/db", f"a path {LONG[18:]}@h and /{LONG[-11:]}"),
        ("PUMPLOSS_HOT_URL", "redis://h:1/0?pass=QQQQ%2FWWWW", "option 'QQQQ/WWWW'"),
        ("PUMPLOSS_WARM_DSN", "host=h scram_client_key=QQQQ= scram_server_key='WWWW=' sslkey=/home/me", "QQQQ=, wwww"),
        ("PUMPLOSS_WARM_DSN", "host=h sslpassword=QQQQ oauth_client_secret=WWWW", "QQQQ WWWW"),
        ("PUMPLOSS_LANDING", "s3://b/p?X-Amz-Signature=QQQQ&sig=WWWW&key=XXXX", "QQQQ WWWW XXXX"),
        ("PUMPLOSS_WARM_DSN", "postgresql://me:a%QQQQ@h/db", "'%' must be followed by '%' or '(', found: '%QQQQ'"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20QQQQ", "authorization=Bearer QQQQ"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "api-key=QQQQ%2Fq", "api-key=QQQQ/q, Q"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization: Bearer QQQQ", "invalid: authorization: Bearer QQQQ"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20a,WWWW", "Header format invalid: 'WWWW'"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic bWU6UVFRUVE=", "QQQQQ and bWU6UVFRUVE="),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://me:QQQQ@h:4318", "QQQQ"),
        ("AWS_ENDPOINT_URL", "http://me:QQQQ WWWW@h:9000", 'Invalid endpoint: "http://me:QQQQ WWWW@h:9000", wwww@h'),
        ("AWS_ENDPOINT_URL_S3", "http://me:QQQQ@h:9000", "qqqq"),
        ("https_proxy", "http://me:QQQQ@h:3128", "QQQQ"),
        ("SOMEBODYS_STORE", "amqp://me:QQQQ@h/1", "amqp://me:QQQQ@h/1"),
        ("AIRFLOW_CONN_LAKE", '{"conn_type": "http", "password": "QQQQ", "extra": {"api_key": "WWWW"}}', "QQQQ WWWW"),
        ("SPARK_REMOTE", "sc://me:QQQQ@h:1/;token=WWWW@XXXX", "QQQQ WWWW@XXXX"),
    ],
)  # fmt: skip
def test_no_piece_of_a_variable_is_left_however_it_is_spelled(variable, value, said):
    remember_secrets({variable: value})
    left = redacted(said)
    assert "***" in left
    assert not re.search("(?i)Q{3}|W{3}|X{3}|Y{3}|Z{3}|J{3}|K{3}|V{3}|UVFR", left), left


def test_ordinary_words_of_variables_are_no_secrets():
    remember_secrets(
        {
            "PUMPLOSS_WARM_DSN": "host=database user=reader bypass=always sslkey=/home/reader/client.key dbname=losses",
            "PUMPLOSS_HOT_URL": "rediss://reader@database:6379/0?ssl_keyfile=/home/reader/client.key",
            "MLFLOW_TRACKING_URI": "https://registry.example/mlflow",
            "AWS_ENDPOINT_URL": "http://storage.example:9000",
            "PATH": "/home/reader/bin:/usr/bin",
            "EDITOR": "see http://editor.example or ask me@example.com for always",
        }
    )
    text = "reader at database, always in /home/reader/client.key: losses, registry.example, storage.example"
    assert redacted(text) == text
