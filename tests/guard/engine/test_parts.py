"""The secrets within a value of several parts are masked alone; who and where it leads to stays."""

from __future__ import annotations

import base64
import json
import time

import pytest
from psycopg import conninfo
from pymongo import uri_parser
from redis.connection import parse_url
from sqlalchemy import URL, make_url

from dh_secrets_jupyter.guard.engine import parts
from dh_secrets_jupyter.guard.engine.masker import Masker

PASSWORD = "Wint3rst0rm"
HOST = "sqlprod-westeurope.database.example.net"
ADO_NET = (
    f"Server=tcp:{HOST},1433;Initial Catalog=ordersdatabase17;User ID=application17;Password={PASSWORD};"
    "MultipleActiveResultSets=False;Encrypt=True;TrustServerCertificate=False;Connection Timeout=30;"
)
AWS = f"""[default]
aws_access_key_id = AKIAINVENTED
aws_secret_access_key = {PASSWORD}/bPx
region = eu-west-1
"""
NPM = f"""//registry.npmjs.example.org/:_authToken={PASSWORD}
//other.example.org/:_password={base64.b64encode(b"An0therstorm").decode()}
//other.example.org/:username=application17
"""
DOCKER = json.dumps(
    {"auths": {"registry.example.net:5000": {"auth": base64.b64encode(f"application17:{PASSWORD}".encode()).decode()}}}
)
KEY = "-----BEGIN PRIVATE KEY-----\nMIIinvented0\n-----END PRIVATE KEY-----\n"
SERVICE_ACCOUNT = json.dumps(
    {
        "type": "service_account",
        "project_id": "invented-project-4711",
        "private_key_id": "0123456789abcdef0123456789abcdef",
        "private_key": KEY,
        "client_email": "robot@invented-project-4711.iam.example.com",
        "token_uri": "https://oauth2.example.com/token",
    },
    indent=2,
)
YAML = f"""database:
  host: {HOST}
  user: "application17"
  password: {PASSWORD}  # rotated in May
tokens:
  - first-storm
  - 'second''storm'
  - name: third-storm
private_key: |
  a line of a key
  another line
backup: {{password: "in-a-flow-storm", user: application17}}
password_policy: eight-or-more
"""
MAVEN = f"""<settings><servers><server>
  <id>nexus</id>
  <username>an-application-of-ours</username>
  <password kind="plain">{PASSWORD}&amp;&lt;9</password>
</server></servers></settings>
"""
WEB_CONFIG = f"""<?xml version="1.0"?>
<configuration>
  <connectionStrings>
    <add name="Main" connectionString="Server={HOST};Database=ordersdatabase17;User Id=app;Password=An0therstorm" />
  </connectionStrings>
  <appSettings><add key="smtp_password" value="{PASSWORD}-2" /></appSettings>
</configuration>
"""
COMMAND = f"mysql --host={HOST} --user an-application-of-ours --password='{PASSWORD}-2' --batch orders"
DOTENV = f"""DB_HOST={HOST}
export DB_PASSWORD='{PASSWORD} 2'   # rotated in May
API_TOKEN=abcdefgh-storm # for the model
CONNECTION="Server={HOST};Password=An0therstorm;"
"""


def masked(value: str, text: str) -> str:
    """Returns a text as it is shown once a value is known as K."""
    masker = Masker()
    masker.add("K", value)
    return masker.mask(text)[0]


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        (f"postgresql://app:{PASSWORD}@db.example.com/x", PASSWORD),
        ("postgresql://app:W%40int3r%2Fstorm@db.example.com/x", "W%40int3r%2Fstorm"),
        ("postgresql://app:W%40int3r%2Fstorm@db.example.com/x", "W@int3r/storm"),
        ("mysql+pymysql://app:Wint3r/st0rm@db.example.com/x", "Wint3r/st0rm"),
        ("mongodb+srv://app:Wint3r+st0rm@a.example.com:1,b:2/x?authSource=admin", "Wint3r st0rm"),
        (f"redis://:{PASSWORD}@cache.example.com:6379/0", PASSWORD),
        (f"https://{PASSWORD}@git.example.com/a/b.git", PASSWORD),
        (f"https://{PASSWORD}:x-oauth-basic@git.example.com/a/b.git", PASSWORD),
        (f"amqp://app:{PASSWORD}@a.example.com/,amqp://app:An0therstorm@b.example.com/", "An0therstorm"),
        (r"host=db.example.com port=5432 dbname=x user=app password='it\'s a \\storm'", r"it's a \storm"),
        (r"host = db.example.com user = app password = storm\ with\ blanks", "storm with blanks"),
        ('Server=db;User ID=app;Password="a;b""c=storm"', 'a;b"c=storm'),
        ("Server=db;User ID=app;Password='a;b\"c=storm';Encrypt=True", 'a;b"c=storm'),
        ("DRIVER={ODBC Driver 18 for SQL Server};SERVER=db;UID=app;PWD={a;b}}c=storm}", "a;b}c=storm"),
        ("jdbc:sqlserver://db:1433;databaseName=x;user=app;password={Wint3r;st0rm};encrypt=true", "Wint3r;st0rm"),
        (f"jdbc:postgresql://db.example.com/x?user=app&password={PASSWORD}&ssl=true", PASSWORD),
        (f"jdbc:oracle:thin:app/{PASSWORD}@//db.example.com:1521/x", PASSWORD),
        (f"jdbc:db2://db.example.com:50000/x:user=app;password={PASSWORD};", PASSWORD),
        (f"machine api.example.com login app password {PASSWORD}", PASSWORD),
        ('machine a\n\tlogin app\n\tpassword An0therstorm\n\nmachine b login b password "two words"\n', "two words"),
        (f"db.example.com:5432:x:app:{PASSWORD}", PASSWORD),
        ("# ours\n*:*:*:app:An0therstorm\nb:5432:x:app:Wint3r\\:st0rm\n", "Wint3r:st0rm"),
        (AWS, f"{PASSWORD}/bPx"),
        (NPM, PASSWORD),
        (NPM, "An0therstorm"),
        (DOCKER, PASSWORD),
        (SERVICE_ACCOUNT, KEY),
        (YAML, PASSWORD),
        (YAML, "first-storm"),
        (YAML, "second'storm"),
        (YAML, "a line of a key\nanother line"),
        (YAML, "in-a-flow-storm"),
        (DOTENV, f"{PASSWORD} 2"),
        (DOTENV, "abcdefgh-storm"),
        (DOTENV, "An0therstorm"),
        (ADO_NET, PASSWORD),
        (MAVEN, f"{PASSWORD}&<9"),
        (f"<server>\n<password>\n  {PASSWORD}\n</password></server>", PASSWORD),
        (f"<a><password><![CDATA[{PASSWORD}<&]]></password></a>", f"{PASSWORD}<&"),
        (WEB_CONFIG, "An0therstorm"),
        (WEB_CONFIG, f"{PASSWORD}-2"),
        (f'<Resource name="jdbc/x" username="app" password="{PASSWORD}"/>', PASSWORD),
        (COMMAND, f"{PASSWORD}-2"),
        (f"curl --fail --token {PASSWORD}", PASSWORD),
        (f'kafka.Login required username="app" password="{PASSWORD}";', PASSWORD),
        (f"[db]\npassword = '''{PASSWORD}'''\nport = 1\n", PASSWORD),
        (f'[db]\npassword = """{PASSWORD} 2\\u0039"""\nport = 1\n', f"{PASSWORD} 29"),
        (f'[db]\npassword = """{PASSWORD}"2"""""\nport = 1\n', f'{PASSWORD}"2""'),
        (f'[db]\nkey-data = """\r\n{PASSWORD}\r\nmore-of-it"""\r\ntoken = "first-storm"\r\n', "first-storm"),
        (f'[db]\npassword = """\n{PASSWORD}\nmore-of-it"""\n', f"{PASSWORD}\nmore-of-it"),
        ("password: '''quoted-storm'''\n", "'quoted-storm'"),
        ("host=db.example.com user=app password=st;orm=&amp;99 port=5432", "st;orm=&amp;99"),
        (f"mssql+pyodbc:///?odbc_connect=SERVER%3Ddb%3BUID%3Dapp%3BPWD%3D%7B{PASSWORD}%3B%7D", f"{PASSWORD};"),
        ("https://store.example.com/a/b.csv?sv=2022-11-02&sp=r&sig=Wint3r%2Fst0rm%2B9", "Wint3r/st0rm+9"),
        ("BlobEndpoint=https://a.example.com/;SharedAccessSignature=sv=2022&sig=Wint3r%2Fst0rm%2B9", "Wint3r/st0rm+9"),
        (json.dumps({"SecretString": json.dumps({"user": "app", "password": PASSWORD})}), PASSWORD),
        (f'CONFIG="{{\\"password\\": \\"{PASSWORD}\\"}}"\n', PASSWORD),
        (f'config.json: |\n  {{"user": "app", "password": "{PASSWORD}"}}\n', PASSWORD),
        (f"db: {{user: app,\n  password: {PASSWORD},\n  port: 1}}\n", PASSWORD),
        (f'tokens = ["first-storm", "{PASSWORD}"]\n', PASSWORD),
        (f"users:\n- {{name: app, password: {PASSWORD}}}\n", PASSWORD),
        ("tokens:\n- V2ludDNyc3Qwcm0wMQ==\n- --a-storm--\n- [first-storm]\n- last-storm\n", "last-storm"),
        ("tokens:\n- V2ludDNyc3Qwcm0wMQ==\n- --a-storm--\n- [first-storm]\n", "first-storm"),
        ('{"password": "st\\xf6rm-in-yaml"}', "störm-in-yaml"),
        ('password: "st\\xf6rm-in-yaml"\n', "störm-in-yaml"),
        ("[client]\npassword = semi;colon=9\n", "semi;colon=9"),
        (f"Password={PASSWORD};Server=db;User ID=app", PASSWORD),
        (f"spring.datasource.password={PASSWORD}\n", PASSWORD),
        ('{"Default": "Server=db;User Id=app;Password=An0ther\\"storm;"}', 'An0ther"storm'),
        ('{"CLIENT-SECRET": ["first-storm", ["second-storm"]]}', "second-storm"),
        (f"[pypi]\nusername = __token__\npassword = pypi-{PASSWORD}\n", f"pypi-{PASSWORD}"),
        (f'[client]\npassword="{PASSWORD}#1"\nhost={HOST}\n', f"{PASSWORD}#1"),
    ],
)
def test_a_secret_part_is_masked_alone(value: str, secret: str) -> None:
    """Raw, decoded and without its quotes, in any encoding, of 8 characters and more."""
    shown = f"<{secret}> {json.dumps(secret)} {base64.b64encode(secret.encode()).decode()}"
    assert masked(value, shown).count("[secret:K]") == 3
    assert secret not in masked(value, shown)


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (ADO_NET, f"tcp:{HOST},1433"),
        (ADO_NET, f"{HOST},1433;Initial Catalog=ordersdatabase17;User ID=application17;"),
        (f"postgresql://application17:{PASSWORD}@{HOST}:5432/ordersdatabase17", f"@{HOST}:5432/ordersdatabase17"),
        (f"postgresql://application17:{PASSWORD}@dbserver:5432/ordersdatabase17", "@dbserver:5432/ordersdatabase17"),
        (f"host=dbserver dbname=ordersdatabase17 user=application17 password={PASSWORD}", "dbname=ordersdatabase17"),
        (f"jdbc:sqlserver://primary-database:1433;user=application17;password={PASSWORD}", "primary-database:1433"),
        (f"primary-database:5432:ordersdatabase17:application17:{PASSWORD}", "primary-database:5432:ordersdatabase17"),
        (f"machine internal-gateway login application17 password {PASSWORD}", "internal-gateway login application17"),
        (f"Password={PASSWORD};Server={HOST};User ID=application17", f"{HOST};User ID=application17"),
        (f"host={HOST} user=an-application-of-ours password=st;orm=&amp;99", f"{HOST} user=an-application-of-ours"),
        (
            json.dumps({"SecretString": json.dumps({"password": PASSWORD, "user": "an-application-of-ours"})}),
            "an-application-of-ours",
        ),
        (f"spring.datasource.username=an-application-of-ours\na.password={PASSWORD}\n", "an-application-of-ours"),
        (SERVICE_ACCOUNT, "invented-project-4711"),
        (SERVICE_ACCOUNT, "robot@invented-project-4711.iam.example.com"),
        (NPM, "//registry.npmjs.example.org/:_authToken="),
        (DOCKER, "registry.example.net:5000"),
        (YAML, f'  host: {HOST}\n  user: "application17"\n  password: '),
        (YAML, "eight-or-more"),
        (YAML, "third-storm"),
        (DOTENV, f"DB_HOST={HOST}\nexport DB_PASSWORD="),
        (
            '{"token_uri": "storm-one", "private_key_id": "storm-two", "password": "An0therstorm"}',
            "storm-one storm-two",
        ),
        ('{"password": {"minimum": "eight-or-more"}, "token": "An0therstorm"}', "eight-or-more"),
        ('{"password": {"minimum-length": 12}, "token": "An0therstorm"}', "minimum-length"),
        ('{"password": "changeme", "tokens": ["production", "short7!"]}', "changeme production short7!"),
        (MAVEN, "an-application-of-ours"),
        (WEB_CONFIG, f"Server={HOST};Database=ordersdatabase17;User Id="),
        (COMMAND, f"--host={HOST} --user an-application-of-ours --"),
        (f"tool --password-file /run/storm-one/x-password --password {PASSWORD}", "/run/storm-one"),
        (f"[db]\nhost = '''{HOST}'''\npassword = '''{PASSWORD}'''\n", HOST),
        (f"http://db.example.com:8080/a/storm-one@2/{PASSWORD}", "storm-one"),
    ],
)
def test_what_is_no_secret_part_stays(value: str, seen: str) -> None:
    """User names, hosts, ports, databases and project ids, with the signs between; what the one rule excludes."""
    assert masked(value, seen) == seen


@pytest.mark.parametrize("key", ["password", "token", "secret", "private_key", "auth", "credential", "API-TOKEN"])
def test_what_stands_under_a_key_named_like_a_secret_is_masked_alone(key: str) -> None:
    """Under each of these words alone, in JSON and in a file of lines."""
    for value in (json.dumps({key: PASSWORD, "of": "nobody"}), f"of=nobody\n{key}={PASSWORD}\n"):
        assert masked(value, f"<{PASSWORD}>") == "<[secret:K]>"


@pytest.mark.parametrize("key", ["user", "username", "user_id", "login", "host", "server", "database", "project_id"])
def test_what_stands_under_a_key_named_like_a_user_or_a_place_stays(key: str) -> None:
    """Under each of these words alone, beside a secret; under another it is a piece."""
    text = "an-unusual-application-of-ours"
    assert masked(json.dumps({key: text, "password": PASSWORD}), text) == text
    assert masked(json.dumps({"of": text, "password": PASSWORD}), text) == "[secret:K]"


def test_what_is_not_recognized_is_subject_to_pieces() -> None:
    """The same host in a value of no known form or without any secret part, and an unknown key in a known form."""
    assert masked("DB_HOST=an-internal-host-of-ours\nDB_NAME=x\n", "an-internal-host-of-ours") == "[secret:K]"
    assert masked(f"the spare one is {HOST.replace('.', '_')} as we said", HOST.replace(".", "_")) == "[secret:K]"
    assert "[secret:K]" in masked(SERVICE_ACCOUNT, "id 0123456789abcdef0123456789abcdef")
    assert "[secret:K]" in masked(
        f"App=an-unusual-application-of-ours;Password={PASSWORD};", "an-unusual-application-of-ours"
    )


def test_a_scan_takes_a_whole_url_for_common_however_deep_it_stands() -> None:
    """It is found in files for other reasons, as a service account's ``auth_uri``."""
    url = "https://accounts.example.com/o/oauth2/auth"
    account = json.dumps({"auth_uri": url, "private_key": KEY})
    for value in (account, json.dumps({"SecretString": account})):
        masker = Masker(urls_are_common=True)
        masker.add("K", value)
        assert masker.mask(url)[0] == url
        assert masker.mask(KEY)[0] == "[secret:K]"


def test_digits_alone_count_as_a_whole_number() -> None:
    """A part of digits is masked where it is a number, not within a longer one."""
    assert masked("postgresql://app:17000000@db.example.com/x", "17000000 170000001 1.17000000") == (
        "[secret:K] 170000001 1.17000000"
    )


def test_a_shared_part_bears_the_name_that_was_learnt_last_and_a_whole_value_its_own() -> None:
    """Where that name is switched off the part bears the other's, and where both are it is shown."""
    masker = Masker()
    values = [f"postgresql://app:{PASSWORD}@{host}.example.com/x" for host in "abc"]
    masker.add("B", values[0])
    masker.add("A", values[1])
    assert masker.mask(PASSWORD)[0] == "[secret:A]"
    masker.add("B", values[0])
    assert masker.mask(PASSWORD)[0] == "[secret:B]"
    masker.switch("B", on=False)
    assert masker.mask(PASSWORD)[0] == "[secret:A]"
    masker.switch("A", on=False)
    assert masker.mask(PASSWORD)[0] == PASSWORD
    masker.add("WHOLE", PASSWORD)
    masker.add("C", values[2])
    assert masker.mask(PASSWORD)[0] == "[secret:WHOLE]"


def test_what_the_drivers_read_and_write() -> None:
    """SQLAlchemy's URLs, libpq's keywords, and what pymongo and redis make of a URL."""
    password = "W1nt3r's @/: \"st\\orm+%"
    url = URL.create("postgresql", "app", password, "db.example.com", 5432, "x")
    written = url.render_as_string(hide_password=False)
    assert masked(written, str(make_url(written).password)) == "[secret:K]"
    assert masked(written, str(url)) == str(url)
    keywords = conninfo.make_conninfo(host=HOST, user="application17", password=password, dbname="x")
    assert masked(keywords, str(conninfo.conninfo_to_dict(keywords)["password"])) == "[secret:K]"
    assert masked(keywords, HOST) == HOST
    mongo = "mongodb://app:W1nt3r+%40storm@a.example.com,b.example.com/x"
    assert masked(mongo, str(uri_parser.parse_uri(mongo)["password"])) == "[secret:K]"
    redis = "rediss://default:W1nt3r%40storm@cache.example.com:6380/0"
    read = parse_url(redis)  # type: ignore[no-untyped-call]  # redis has no types here
    assert masked(redis, str(read["password"])) == "[secret:K]"


@pytest.mark.slow
@pytest.mark.parametrize(
    "sign",
    [
        '"',
        "'",
        "{",
        "[",
        ";",
        "=",
        ":",
        "\\",
        " ",
        "\n",
        "a={b;",
        'a="b;',
        "a: |\n",
        "://",
        "- ",
        "a:b@",
        "a=b&",
        "<a>",
        "<a><![CDATA[",
        '<a key="b" ',
        ' key="b" value=',
        " --a",
        " --a=",
        "a='''\n",
        "?a=%3D",
    ],
)
def test_reading_takes_time_in_proportion_to_the_length(sign: str) -> None:
    """Whatever a value repeats; 1 MiB in seconds, where squares would be hours."""
    for before, after in (("{", ""), ("password: ", ""), ("jdbc:x://h;password=", "=;@"), ("<a>", "")):
        text = before + sign * (2**18 // len(sign)) + after
        start = time.process_time()
        parts.texts(text)
        assert time.process_time() - start < 10
