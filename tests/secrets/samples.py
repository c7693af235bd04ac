"""Secrets and look-alikes, made up at run time: written before the detector was tuned, and not tuned to.

A row is (name, path, text); `@` in the text stands for the value, which must be kept back or must be sent; `\\x01` for an at sign.
"""

from __future__ import annotations

import random
import string

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + "234567"
BASE64 = ALNUM + "+/"
_RANDOM = random.Random(17)


def made(count: int, alphabet: str = ALNUM) -> str:
    """Characters by chance, the same at every run."""
    return "".join(_RANDOM.choice(alphabet) for _ in range(count))


def _join(*parts: str) -> str:
    """A prefix in pieces, so that no scanner takes this file for what it is about."""
    return "".join(parts)


def _pem(kind: str, body: str) -> str:
    dashes = "-" * 5
    return f"{dashes}BEGIN {kind}{dashes}\n{body}\n{dashes}END {kind}{dashes}\n"


SECRETS: tuple[tuple[str, str, str, str], ...] = (
    # name, path, text, value
    ("GitHub token in a workflow comment", "ci/notes.md", "old: @ (revoked?)\n", _join("gh", "p_") + made(36)),
    ("GitHub refresh token", "src/a.rb", 'REFRESH = "@"\n', _join("gh", "r_") + made(36)),
    ("GitLab runner token", "docs/runner.md", "register --token @\n", _join("glr", "t-") + made(20)),
    ("AWS key in JSON", "conf/aws.json", '{"AccessKeyId": "@"}\n', _join("AK", "IA") + made(16, UPPER)),
    ("AWS session key id", "x.sh", "export AWS_ACCESS_KEY_ID=@\n", _join("AS", "IA") + made(16, UPPER)),
    ("AWS secret in INI", "boto.cfg", "[c]\naws_secret_access_key = @\n", made(40, BASE64)),
    ("AWS secret in YAML", "deploy.yaml", "env:\n  AWS_SECRET_ACCESS_KEY: @\n", made(40, BASE64)),
    ("AWS secret in Terraform", "main.tf", 'provider "aws" {\n  secret_key = "@"\n}\n', made(40, BASE64)),
    ("Stripe live key in Go", "pay.go", 'stripe.Key = "@"\n', _join("sk_", "live_") + made(24)),
    ("Stripe restricted key", "pay.php", "$key = '@';\n", _join("rk_", "live_") + made(24)),
    ("Stripe webhook secret", "hook.py", 'SIGNING = "@"\n', _join("whs", "ec_") + made(32)),
    ("Slack bot token", "bot.js", "const t = '@';\n", _join("xo", "xb-") + made(12, string.digits) + "-" + made(24)),
    (
        "Slack webhook",
        "notify.sh",
        "curl @\n",
        _join("https://hooks.slack.", "com/services/T") + made(9, UPPER) + "/B" + made(9, UPPER) + "/" + made(24),
    ),
    (
        "Discord webhook",
        "notify.py",
        'URL = "@"\n',
        _join("https://discord.", "com/api/webhooks/") + made(18, string.digits) + "/" + made(68),
    ),
    (
        "Google API key",
        "map.html",
        '<script src="https://maps.googleapis.com/maps/api/js?key=@"></script>\n',
        _join("AI", "za") + made(35),
    ),
    ("Google OAuth secret", "web.json", '{"web": {"client_secret": "@"}}\n', _join("GOC", "SPX-") + made(28)),
    ("Google access token", "log.txt", "Authorization: Bearer @\n", _join("ya", "29.") + made(60)),
    ("OpenAI key in YAML", "app.yml", "openai:\n  key: @\n", _join("sk-", "proj-") + made(48)),
    ("OpenAI service key", "a.ts", "new OpenAI({apiKey: '@'})\n", _join("sk-", "svcacct-") + made(60)),
    ("Anthropic key", "a.env.md", "ANTHROPIC_API_KEY=@\n", _join("sk-", "ant-api03-") + made(93) + "AA"),
    ("Hugging Face token", "train.py", "login('@')\n", _join("h", "f_") + made(34)),
    ("Groq key", "g.py", 'Groq(api_key="@")\n', _join("gs", "k_") + made(52)),
    ("xAI key", "g.py", 'KEY = "@"\n', _join("xa", "i-") + made(80)),
    ("Replicate token", "r.md", "REPLICATE_API_TOKEN=@\n", _join("r", "8_") + made(37)),
    ("npm token", "publish.sh", "NPM_TOKEN=@ npm publish\n", _join("np", "m_") + made(36)),
    ("PyPI token", "release.md", "password: @\n", _join("pypi-", "AgEIcHlwaS5vcmc") + made(80)),
    ("RubyGems key", "push.sh", "gem push --key @\n", _join("rubyg", "ems_") + made(48, HEX)),
    ("crates.io token", "t.sh", "cargo login @\n", _join("ci", "o") + made(32)),
    ("Docker access token", "login.sh", "docker login -u me -p @\n", _join("dckr_", "pat_") + made(27)),
    ("DigitalOcean token", "do.tf", 'token = "@"\n', _join("dop", "_v1_") + made(64, HEX)),
    ("Shopify token", "s.php", "define('T', '@');\n", _join("shp", "at_") + made(32, HEX)),
    ("SendGrid key", "mail.rb", "password: '@'\n", "SG." + made(22) + "." + made(43)),
    ("Mailgun key", "mail.py", 'auth=("api", "@")\n', "key-" + made(32, HEX)),
    ("Twilio key", "sms.py", 'TWILIO_API_KEY = "@"\n', "SK" + made(32, HEX)),
    ("Telegram token", "tg.py", 'Bot("@")\n', made(10, string.digits) + ":AA" + made(33)),
    ("Discord bot token", "bot.py", 'client.run("@")\n', "M" + made(23) + "." + made(6) + "." + made(27)),
    ("Vault token", "vault.sh", "export VAULT_TOKEN=@\n", _join("hv", "s.") + made(92)),
    ("Grafana service token", "g.md", "Bearer @\n", _join("gl", "sa_") + made(32) + "_" + made(8, HEX)),
    ("New Relic key", "newrelic.js", "license_key: '@',\n", _join("NR", "AK-") + made(27, UPPER)),
    ("Databricks token", "d.py", 'token="@"\n', _join("da", "pi") + made(32, HEX)),
    ("Linear key", "l.ts", 'apiKey: "@"\n', _join("lin_", "api_") + made(40)),
    ("Notion token", "n.ts", 'auth: "@"\n', _join("nt", "n_") + made(46)),
    ("Atlassian token", "j.py", 'JIRA = "@"\n', _join("ATA", "TT3xFf") + made(180)),
    ("Tailscale key", "up.sh", "tailscale up --authkey @\n", _join("tske", "y-auth-") + made(12) + "CNTRL-" + made(32)),
    ("age key", "keys.txt", "@\n", _join("AGE-", "SECRET-KEY-1") + made(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")),
    ("JSON web token", "t.http", "Cookie: session=@\n", "eyJhbGciOiJIUzI1NiJ9.eyJ" + made(60) + "." + made(43)),
    (
        "RSA key in a Python string",
        "k.py",
        'K = """' + _pem("RSA PRIVATE KEY", "@") + '"""\n',
        "MIIE" + made(60, BASE64),
    ),
    (
        "EC key in YAML",
        "k.yaml",
        "key: |\n  -----BEGIN EC PRIVATE KEY-----\n  @\n  -----END EC PRIVATE KEY-----\n",
        "MHcCAQEE" + made(56, BASE64),
    ),
    (
        "PGP key",
        "p.txt",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n@\n=" + made(4) + "\n-----END PGP PRIVATE KEY BLOCK-----\n",
        "lQOY" + made(60, BASE64),
    ),
    (
        "key in one line of JSON",
        "sa.json",
        '{"private_key": "-----BEGIN PRIVATE KEY-----\\n@\\n-----END PRIVATE KEY-----\\n"}\n',
        "MIIE" + made(60, BASE64),
    ),
    (
        "PuTTY key",
        "k.txt",
        "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n@\nPrivate-MAC: " + made(64, HEX) + "\n",
        made(44, BASE64),
    ),
    ("WireGuard key", "vpn.txt", "[Interface]\nPrivateKey = @\n", made(43, BASE64) + "="),
    (
        "Kubernetes secret",
        "deploy/db.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: @\n",
        made(24, BASE64),
    ),
    ("Kubernetes string data", "deploy/b.yaml", "kind: Secret\nstringData:\n  pw: '@'\n", made(14)),
    ("password in properties", "db.properties", "spring.datasource.password=@\n", made(16)),
    ("password in XML", "web.xml", "<property><password>@</password></property>\n", made(16)),
    ("password in an attribute", "a.config", '<add name="x" password="@" />\n', made(16)),
    ("password in a connection string", "a.cs", 'var c = "Server=db;User Id=sa;Password=@;";\n', made(14) + "!x9"),
    ("password in a constructor", "A.java", 'ds.setPassword("@");\n', made(15)),
    ("password in a keyword argument", "a.py", 'connect(host, user="u", password="@")\n', made(16)),
    ("password with signs", "a.rb", "password: 'Xk9$@'\n", made(8) + "#q!7Lz"),
    ("password on a command line", "run.sh", "mysql -u root --password=@ db\n", made(16)),
    ("password of curl", "run.sh", "curl -u deploy:@ https://repo.corp.net/\n", made(18)),
    ("password in a URL", "c.toml", 'url = "amqp://svc:@\x01mq.corp.net:5672/"\n', made(18)),
    ("password in a Mongo URL", "c.js", 'connect("mongodb+srv://app:@\x01cluster0.net/db")\n', made(16)),
    ("password in SQL", "init.sql", "CREATE USER app WITH PASSWORD '@';\n", made(16)),
    (
        "secret of Django",
        "settings.py",
        "SECRET_KEY = 'django-insecure-@'\n",
        made(50, ALNUM + "!@#$%^&*(-_=+)".replace("@", "")),
    ),
    ("secret of Rails", "secrets_base.rb", "secret_key_base: @\n", made(128, HEX)),
    ("secret of Flask", "app.py", 'app.secret_key = "@"\n', made(32, HEX)),
    (
        "Azure storage key",
        "az.cs",
        '"DefaultEndpointsProtocol=https;AccountName=x;AccountKey=@;"\n',
        made(86, BASE64) + "==",
    ),
    ("Azure client secret", "az.yml", "client_secret: @\n", made(3) + "8Q~" + made(34)),
    ("shared access signature", "az.md", "https://x.blob.core.windows.net/c?sv=2022&sig=@&se=1\n", made(43) + "%3D"),
    ("Datadog key", "dd.yaml", "api_key: @\n", made(32, HEX)),
    ("bearer token", "a.http", "Authorization: Bearer @\n", made(40)),
    ("basic authorization", "a.http", "Authorization: Basic @\n", made(30, BASE64) + "=="),
    ("header of an API key", "a.sh", "curl -H 'X-Api-Key: @' https://x\n", made(32)),
    ("unknown service's token", "u.md", "the new one is acme_live_@\n", made(40)),
    ("Sentry auth token", "s.sh", "SENTRY_AUTH_TOKEN=@\n", _join("sntr", "ys_") + made(180)),
    ("npm auth line", "yarn.txt", "//registry.npmjs.org/:_authToken=@\n", made(36)),
    ("password of small letters", "conf/db.py", 'password = "@"\n', made(12, string.ascii_lowercase)),
    ("password of capitals", "settings.sh", "export DB_PASSWORD=@\n", made(20, string.ascii_uppercase)),
    ("letters in a connection string", "A.cs", '"Server=db;Password=@;User=x"\n', made(16, string.ascii_letters)),
    ("letters in a URL", "conf.yaml", "url: postgres://app:@\x01db.corp.net/x\n", made(14, string.ascii_lowercase)),
)

LOOK_ALIKES: tuple[tuple[str, str, str, str], ...] = (
    ("AWS's own example id", "a.md", "aws_access_key_id = @\n", "AKIAIOSFODNN7" + "EXAMPLE"),
    (
        "AWS's own example secret",
        "a.md",
        "aws_secret_access_key = @\n",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
    ),
    ("placeholder", "a.md", "OPENAI_API_KEY=@\n", "your-api-key-here"),
    ("placeholder of x", "a.md", "token: @\n", "sk-" + "x" * 40),
    ("placeholder in angle brackets", "a.sh", "export TOKEN=@\n", "<your-token>"),
    ("variable of a shell", "a.sh", 'curl -H "Authorization: Bearer @"\n', "${ACCESS_TOKEN}"),
    ("variable of a template", "a.yml", "password: @\n", "{{ .Values.db.password }}"),
    ("secret of a workflow", "w.yml", "token: @\n", "${{ secrets.GITHUB_TOKEN }}"),
    ("reading the environment", "a.py", "API_KEY = @\n", 'os.environ["SERVICE_API_KEY"]'),
    ("reading a setting", "a.py", "password = @\n", "settings.DATABASE_PASSWORD"),
    ("call of a function", "a.js", "const token = @;\n", "getAccessToken(request)"),
    ("name of a header", "a.py", 'TOKEN_HEADER = "@"\n', "X-Requested-With-Token"),
    ("name of a cookie", "a.py", 'CSRF_TOKEN_NAME = "@"\n', "csrfmiddlewaretoken"),
    ("name of a key", "a.go", 'const apiKeyHeader = "@"\n', "x-goog-api-key"),
    ("translation", "de.json", '{"password": "@"}\n', "Passwort zurücksetzen"),
    ("weak test password", "tests/test_a.py", 'login("a", password="@")\n', "secret"),
    ("development password", "compose.yml", "POSTGRES_PASSWORD: @\n", "postgres"),
    ("local URL", "a.env.md", "postgres://@\n", "postgres:postgres@localhost/db"),
    ("URL with names", "a.md", "https://@\n", "user:password@example.com/"),
    ("Git over SSH", "a.md", "@\n", "git@github.com:owner/repository.git"),
    ("sha-256", "a.md", "sha256: @\n", made(64, HEX)),
    ("sha-1 of a commit", "a.md", "commit @\n", made(40, HEX)),
    ("md5", "a.md", "md5 = '@'\n", made(32, HEX)),
    ("UUID", "a.json", '{"id": "@"}\n', "-".join(made(k, HEX) for k in (8, 4, 4, 4, 12))),
    ("integrity in a lock file", "package-lock.json", '"integrity": "@"\n', "sha512-" + made(86, BASE64) + "=="),
    ("hash in go.sum", "go.sum", "example.org/x v1.2.3 h1:@\n", made(43, BASE64) + "="),
    ("checksum in Cargo.lock", "Cargo.lock", 'checksum = "@"\n', made(64, HEX)),
    ("SSH public key", "a.md", "@\n", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB" + made(200, BASE64) + " me@host"),
    ("certificate", "a.txt", _pem("CERTIFICATE", "@"), "MIID" + made(60, BASE64)),
    ("public key", "a.txt", _pem("PUBLIC KEY", "@"), "MIIB" + made(60, BASE64)),
    ("PEM that is cut short", "a.md", _pem("RSA PRIVATE KEY", "@"), "..."),
    ("picture in base64", "a.css", "url(data:image/png;base64,@)\n", "iVBORw0KGgo" + made(200, BASE64)),
    ("test vector", "tests/test_aes.py", "key = bytes.fromhex('@')\n", "2b7e151628aed2a6abf7158809cf4f3c"),
    ("test vector in C", "t/sha.c", 'static const char *expected = "@";\n', made(64, HEX)),
    ("colour", "a.css", "--token-primary: @;\n", "#1a2b3c4d"),
    ("version", "a.toml", 'key-version = "@"\n', "2024.11.29-rc1"),
    ("path", "a.yml", "private_key: @\n", "/etc/ssl/private/server.key"),
    ("ARN", "a.tf", 'secret = "@"\n', "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-Xy12Zq"),
    ("secret's name", "a.yml", "secretName: @\n", "letsencrypt-prod-tls-v2"),
    ("regular expression", "a.py", "TOKEN = re.compile(r'@')\n", "[A-Za-z0-9_]{20,40}"),
    ("alphabet", "a.py", "ALPHABET = '@'\n", ALNUM),
    ("key of a keyboard", "a.js", "if (event.key === '@')\n", "ArrowLeft"),
    ("key of a dictionary", "a.py", "row['@'] = 1\n", "user_password_reset_token_id"),
    ("publishable key", "a.js", "Stripe('@')\n", "pk_" + "test_" + made(24)),
    ("address of an object", "log.txt", "<Token object at @>\n", "0x7f3a9c2b4d50"),
    (
        "example JWT",
        "a.md",
        "@\n",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    ),
    ("name of a constant", "a.ts", "export const AUTH_TOKEN = '@'\n", "AUTH_TOKEN_STORAGE_KEY_V2"),
    ("type", "a.ts", "password: @;\n", "string | undefined"),
    ("hash of a password", "a.py", "PASSWORD_HASHERS = ['@']\n", "django.contrib.auth.hashers.PBKDF2PasswordHasher"),
    ("word as a password", "a.py", 'password = "@"\n', "passwordconfirmation"),
    ("word in another language", "a.py", 'password_label = "@"\n', "anmeldekennwort"),
    ("name of a key of the keyboard", "a.js", "const key = '@';\n", "CONTROLSHIFTKEY"),
    ("letters of something else", "a.py", 'sequence = "@"\n', "GATTACAGGCTTACGATTAC"),
)
