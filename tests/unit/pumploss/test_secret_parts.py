import pytest

from pumploss.secret_parts import ADDRESS_VARIABLES, HEADER_VARIABLES, SECRET_VARIABLES, header_values, passwords_of


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
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3D%7BODBC%7D%3BUID%3Dsa%3BPWD%3Dhunter22", {"hunter22"}),
        ("mssql+pyodbc:///?odbc_connect=uid%3dsa%3bpwd%3dhunter22%3bServer%3ddb&timeout=5", {"hunter22"}),
        ("mssql+pyodbc%3A%2F%2F%2F%3Fodbc_connect%3DUID%253Dsa%253BPWD%253Dhunter22", {"hunter22"}),
        ("mssql+pyodbc:///?odbc_connect=UID%3Dsa%3BPWD%3D%7Bhun%3Bter%7D%7D22%7D", {"hun;ter}}22", "hun;ter}22"}),
        ("DRIVER={ODBC};SERVER=db;UID=sa;PWD=hunter22;Encrypt=yes", {"hunter22"}),
        ("s3://bucket/prefix", set()),
        ("sqlite:////var/mlflow/mlflow.db", set()),
    ],
)
def test_passwords_of_addresses(address, secrets):
    assert passwords_of(address) == secrets


@pytest.mark.parametrize(
    "name",
    [
        *("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "PGPASSWORD", "MLFLOW_TRACKING_PASSWORD"),
        *("MLFLOW_TRACKING_TOKEN", "SPARK_CONNECT_AUTHENTICATE_TOKEN", "AIRFLOW__CORE__FERNET_KEY", "REDISCLI_AUTH"),
        *("AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "OPENLINEAGE__TRANSPORT__AUTH__APIKEY"),
    ],
)
def test_variables_of_libraries_that_are_secrets(name):
    assert SECRET_VARIABLES.fullmatch(name)


def test_variables_of_libraries_that_are_none():
    for name in ("TOKENIZERS_PARALLELISM", "AWS_REGION", "SPARK_REMOTE", "AIRFLOW__API__PORT", "PATH"):
        assert not SECRET_VARIABLES.fullmatch(name)
        assert not ADDRESS_VARIABLES.fullmatch(name)
    for name in (
        *("AIRFLOW_CONN_AWS_DEFAULT", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"),
        *("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "MLFLOW_REGISTRY_URI", "OPENLINEAGE__TRANSPORT__URL", "HTTPS_PROXY"),
    ):
        assert ADDRESS_VARIABLES.fullmatch(name)


def test_headers_of_a_collector_are_secrets_with_and_without_their_scheme():
    found = header_values("authorization=Bearer%20s3cretW0rd,x-scope=team, api-key=k3y%2Fk3y")
    assert found == {"Bearer s3cretW0rd", "s3cretW0rd", "team", "k3y/k3y"}
    assert header_values("") == set()
    assert header_values("Bearer hunter22") == {"Bearer hunter22", "hunter22"}, "what is written wrongly is quoted"


def test_headers_of_one_kind_are_headers_as_well():
    for kind in ("", "TRACES_", "METRICS_", "LOGS_"):
        assert HEADER_VARIABLES.fullmatch(f"OTEL_EXPORTER_OTLP_{kind}HEADERS")
