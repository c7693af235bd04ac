"""What is found and what is left alone, on a table that was written before the detector was."""

from __future__ import annotations

import string

import pytest
from tests.secrets.samples import LOOK_ALIKES, SECRETS, made

from fretsaw.core.policy import is_secret
from fretsaw.core.secrets.detect import find_secrets
from fretsaw.core.secrets.mask import SecretMask

KEY = b"k" * 32
Row = tuple[str, str, str, str]


def _text(row: Row) -> str:
    return row[2].replace("@", row[3]).replace("\x01", "@")


@pytest.mark.parametrize("row", SECRETS, ids=lambda row: row[0])
def test_secret_is_kept_back_and_comes_back(row: Row) -> None:
    mask = SecretMask(lambda: KEY)
    text = _text(row)
    masked = mask.mask(text, row[1])
    assert row[3] not in masked
    assert masked.count("\n") == text.count("\n")
    assert mask.reveal(masked) == text
    assert mask.mask(masked, row[1]) == masked


@pytest.mark.parametrize("row", LOOK_ALIKES, ids=lambda row: row[0])
def test_look_alike_is_sent(row: Row) -> None:
    assert find_secrets(_text(row), row[1]) == ()


def test_marker_has_the_shape_of_its_value() -> None:
    value = "gh" + "p_" + made(36)
    masked = SecretMask(lambda: KEY).mask(f'T = "{value}"\n', "a.py")
    assert masked.startswith('T = "ghp_WITHHELD')
    assert len(masked) == len(f'T = "{value}"\n')


def test_marker_is_the_same_in_every_text_and_depends_on_the_key() -> None:
    value = "gh" + "p_" + made(36)
    one, two = SecretMask(lambda: KEY), SecretMask(lambda: KEY)
    assert one.mask(f"a {value}") == two.mask(f"b {value}").replace("b ", "a ")
    assert one.mask(f"a {value}") != SecretMask(lambda: b"other" * 8).mask(f"a {value}")


def test_value_seen_once_is_kept_back_where_nothing_tells() -> None:
    mask = SecretMask(lambda: KEY)
    value = made(20)
    mask.mask(f'password = "{value}"\n', "a.py")
    assert value not in mask.mask(f"it printed {value}.", "log")


@pytest.mark.parametrize("allowed", ["github-token", "src/*.py", "name"])
def test_user_allows_by_rule_path_or_name(allowed: str) -> None:
    value = "gh" + "p_" + made(36)
    mask = SecretMask(lambda: KEY)
    mask.mask(value, "src/a.py")
    name = mask.findings[0].name if allowed == "name" else allowed
    assert SecretMask(lambda: KEY, (name,)).mask(value, "src/a.py") == value


KEY_LINES = (
    "the key is {}",
    "setKey(db, '{}');",
    'lookup(key,\n    "{}")',
    "mytool --key {}",
    "x-api-key: {}",
    "<app_key>{}</app_key>",
    '<add key="encryption_key"\n  value="{}"/>',
    "AccessKey={};",
    "// see {} here",
)


@pytest.mark.parametrize("line", KEY_LINES)
@pytest.mark.parametrize("value", [made(36), made(36, string.ascii_letters)], ids=["digits", "letters"])
def test_token_is_found_between_lines_that_only_speak_of_keys(line: str, value: str) -> None:
    """`key` is on half of the lines of a database's code; only those with a value are looked at closely."""
    code = "robj *lookupKeyRead(redisDb *db, robj *key);  // the key\n" * 50
    token = "ghp" + f"_{value}"
    found = find_secrets(code + line.format(token) + "\n" + code, "src/db.c")
    assert token in [(code + line.format(token))[item.start : item.end] for item in found]


NAMES = [
    "app.env",
    "prod.env",
    "terraform.tfstate.backup",
    ".netrc",
    "kube/config",
    "deploy/kubeconfig-prod.yaml",
    "env.production",
    "gcp/my-service-account.json",
    ".docker/config.json",
    "home/.cargo/credentials",
    ".npmrc",
    ".pypirc",
    "rclone.conf",
    "wg1.conf",
    ".gnupg/pubring.kbx",
    "release.keystore",
    "upload.jks",
    "ssh/ssh_host_ed25519_key",
    "db/dump.sql.gz",
    ".zsh_history",
    ".psql_history",
    "k8s/db-secret.yaml",
    "k8s/secrets.yaml",
    "home/.config/gh/hosts.yml",
    ".config/gcloud/x.db",
    ".m2/settings.xml",
    ".azure/accessTokens.json",
    "secrets/db.txt",
    "token.txt",
    "firebase-adminsdk-x1.json",
    "x.keytab",
    "settings_secret.py",
    "ansible/.vault_pass",
    "prod.auto.tfvars.json",
    ".aws/credentials",
    "auth.json",
    "credentials.yml",
]
PUBLIC = [
    "env.py",
    "alembic/env.py",
    "src/env.d.ts",
    "src/secrets.py",
    "lib/credentials.go",
    "secret.go",
    "docs/secrets.md",
    "charts/x/templates/secret.yaml",
    "locales/en/auth.json",
    ".env.example",
    "id_rsa.pub",
    "package.json",
    "tokens.json",
    "src/auth.ts",
    "password.py",
    "config/settings.py",
    "environment.yml",
    "keymap.json",
    "history.txt",
    "dump.py",
    "kubeconfig.go",
    "botocore/credentials.py",
    "secrets/package.json",
    "k8s/sealed-secret.yaml",
]


@pytest.mark.parametrize("path", NAMES)
def test_file_of_secrets_is_known_by_its_name(path: str) -> None:
    assert is_secret(path)


@pytest.mark.parametrize("path", PUBLIC)
def test_file_with_a_like_name_is_shown(path: str) -> None:
    assert not is_secret(path)


HOSTILE = (
    "key",
    "password=",
    "http://a:b@",
    "docker login ",
    "Private-Lines: 100\n",
    "-a",
    "kind: Secret\ndata:\n",
    "a1",
    "key=",
    "x.key ",
    "--key-",
    "0a",
    "_aB",
    "identified by ",
    "bearer ",
)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("unit", [HOSTILE[0], *(pytest.param(unit, marks=pytest.mark.slow) for unit in HOSTILE[1:])])
def test_hostile_text_costs_no_more_than_its_length(unit: str) -> None:
    """Nested repetition took minutes for 60,000 characters of one word."""
    for text in (unit, f"{unit}x9", f"{unit}aB3dE6gH9kL2mN5p\n"):
        find_secrets(text * (300_000 // len(text)), "a.yaml")
