"""Files that hold secrets, by their names: they never leave the machine and are never written.

Patterns are compared with a name or a path after `fold`, so case and Unicode tricks do not help.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fretsaw.core.policy.file_names import fold
from fretsaw.core.policy.glob_set import GlobSet

SECRET = (
    # environments
    ".env*", "*.env", "env.production*", "env.prod*", "env.staging*", "env.local*", "env.dev*", "env.secret*",
    ".envrc", ".direnv", ".flaskenv.local", ".dev.vars*", "*.env.local", "*.env.prod*",
    # keys and key stores
    "*.pem", "*.key", "*.p12", "*.pfx", "*.p8", "*.pk8", "*.jks", "*.jceks", "*.bks", "*.keystore", "*.kdb", "*.kdbx",
    "*.ppk", "*.ovpn", "*.agekey", "*.keytab", "*.snk", "*.pkcs12", "*.gpg-key", "*private*.asc", "*secret*.asc",
    "*private*.gpg", "*secret*.gpg", "secring.*", "*.mobileprovision", "*.keychain", "*.keychain-db", "*.rsa",
    "*.der.key", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "id_xmss*", "*_rsa", "*_ed25519", "*_ecdsa",
    "*_dsa", "ssh_host_*_key", "master.key", "*-private-key.*", "*_private_key.*", "private-key.*", "private_key.*",
    "privkey*.*", "wg[0-9]*.conf", "wireguard*.conf", "*.wg.conf", "*.secret", "*.secrets", "cookies.sqlite",
    "key.json", "keyfile*.json", "*-key.json", "*_key.json", "*.jwk", "*.jwks.private*", "age-keys.txt",
    # what programs log in with
    ".netrc", "_netrc", ".pgpass", "pgpass.conf", ".my.cnf", ".mylogin.cnf", ".htpasswd", "htpasswd", ".htdigest",
    ".npmrc", ".pypirc", ".git-credentials", ".gitcookies", ".dockercfg", ".dockerconfigjson", "dockerconfig.json",
    ".vault-token", ".vault_pass*", "*vault_pass*", "*vault-pass*", ".vault-pass*", ".boto", ".s3cfg", "s3cfg",
    ".passwd-s3fs", "rclone.conf", ".rclone.conf", ".terraformrc", "terraform.rc", "credentials.tfrc.json",
    ".cargo-credentials", ".msmtprc", ".fetchmailrc", ".muttrc.secret", ".smbcredentials", ".databrickscfg",
    ".snowsql.cfg", ".sentryclirc", ".netlify.toml.secret", ".esmtprc", ".authinfo*", "credentials", ".credentials",
    "*.credentials", "credentials.*", "*-credentials.json", "*_credentials.json", "*-credentials.y*ml",
    "*_credentials.y*ml", "client_secret*.json", "client-secret*.json", "*.token", ".token", "token.txt",
    "token.json", "oauth_token", "oauth_token.*", "oauth-token", "oauth-token.*", "access_token", "access_token.*",
    "auth_token", "auth_token.*", "service-account*.json", "service_account*.json", "*serviceaccount*.json",
    "*adminsdk*.json", "*service-account*.json", "*service_account*.json", "application_default_credentials.json",
     "shadow", "gshadow", "*.shadow",
    # settings that hold secrets
    "secrets.*ml", "secrets.json", "secrets.ini", "secrets.properties", "secrets.txt", "secrets.env", "secrets.conf",
    "secret.*ml", "secret.json", "secret.txt", "secret.properties", "*-secret.y*ml", "*-secrets.y*ml",
    "*_secret.y*ml", "*_secrets.y*ml", "*.secret.y*ml", "*.secrets.y*ml", "*-secret.json", "*-secrets.json",
    "*.secret.json", "*.secrets.json", "*.secrets.toml", "settings_secret*.py", "secret_settings*.py",
    "secrets_settings*.py", "settings.secret*", "local_settings.py", "*.tfvars", "*.tfvars.json", "*.tfstate*",
    "terraform.tfstate*", "*.auto.tfvars*", "kubeconfig*", "*.kubeconfig", "*kubeconfig.y*ml", "*-kubeconfig*",
    "appsettings.production.json", "appsettings.staging.json", "appsettings.secret*.json", "secrets.xml",
    "connectionstrings.config", "passwords.*", "passwd.*", "*-passwords.txt", "password.txt", "*.htpasswd",
    "wp-config.php", "vault.y*ml",
    # what shells and databases remember, and dumps
    ".*_history", ".histfile", "fish_history", ".zhistory", ".*_hist", ".lesshst", ".viminfo", ".wget-hsts",
    "dump.sql*", "*-dump.sql*", "*_dump.sql*", "*.sql.gz", "*.sql.bz2", "*.sql.xz", "*.sql.zst", "*.pgdump", "*.dump",
    "backup.sql*", "*-backup.sql*", "*_backup.sql*", "dump.rdb", "*.hprof", "core.[0-9]*", "*.dmp",
)  # fmt: skip
"""Never read for a model. A certificate's public half may be among them; that is cheaper than the other mistake."""

SECRET_FOLDERS = (
    ".env*", ".ssh", ".gnupg", ".aws", ".kube", ".azure", ".gcloud", ".gcp", ".secrets", ".vault", ".password-store",
    "private-keys-v1.d",
)  # fmt: skip
"""Folders of which nothing leaves the machine."""

SECRET_PLACES = (
    "auth.json", "*/.codex/auth.json", "*/opencode/auth.json",
    "*.docker/config.json", "docker/config.json", "*/docker/config.json", "kube/config", "*/kube/config",
    ".config/gh/*", "*/.config/gh/*", "*.config/gcloud/*", "*.cargo/credentials*", "*.gem/credentials",
    "*.m2/settings.xml", "*.gradle/gradle.properties", "*.config/rclone/*", "*.config/hub", "*.composer/auth.json",
    "secrets/*.txt", "*/secrets/*.txt", "secrets/*.y*ml", "*/secrets/*.y*ml", "secrets/*.env", "*/secrets/*.env",
    "secrets/*.json", "*/secrets/*.json", "secrets/*.ini", "*/secrets/*.ini", "secrets/*.conf", "*/secrets/*.conf",
    "secrets/*.toml", "*/secrets/*.toml", "secrets/*.properties", "*/secrets/*.properties", "etc/shadow",
    "*/etc/shadow",
)  # fmt: skip
"""Paths whose last part alone says nothing; `*` also crosses `/`."""

_PUBLIC = (
    "id_*.pub", "*_rsa.pub", "*.env.example", "*.env.sample", "*.env.template", "*.env.dist", ".env.example",
    ".env.sample", ".env.template", ".env.dist", "*.env.*example", "*.env.*sample", ".env.*example", ".env.*sample",
    "*.example", "*.sample", "*.template", "*.tmpl", "*.dist", "*.example.*", "*.sample.*", "*.template.*",
    "*-example.*", "*-sample.*", "*.pub", "*.d.ts", "*.md", "*.rst", "*.pem.txt.md", "*.go", "*.rs", "*.java", "*.ts",
    "*.tsx", "*.js", "*.jsx", "*.rb", "*.c", "*.h", "*.cc", "*.py", "*.php", "*.ml", "*.mli", "*.scala", "*.ex",
    "*.exs", "*.lua", "*.dart", "*.hs", "*.sql.md", "*.erl", "*.clj", "*.pl", "*.pm", "*.r", "*.jl", "*.zig", "*.mjs",
    "*.cjs", "*.svelte", "*.m", "*.pyi", "*.proto", "*.cpp", "*.cs", "*.kt", "*.swift", "*.vue", "*.css", "*.html",
    "sealed-secret*", "sealedsecret*", "external-secret*", "externalsecret*", "credentials.y*ml.enc", "*.enc",
    "*.schema.json", "package.json", "kustomization.y*ml",
)  # fmt: skip
"""Looks like a secret and is made to be shared; still never edited where `HARD` says so."""

_STILL_SECRET = (
    ".env*", "*.env", "env.*", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "wp-config.php",
    "settings_secret*.py", "secret_settings*.py", "secrets_settings*.py", "local_settings.py", "settings.secret*",
)  # fmt: skip
"""Secret although they end like a program."""
_CHARTS = re.compile(
    r"(?:^|/)(?:templates|charts|locales?|lang|langs|languages|i18n|translations|l10n|schemas?)(?:/|$)"
)
"""Folders in which `secret.yaml` is a template and `auth.json` a translation."""


_SECRET, _SECRET_FOLDER, _NOT_SECRET = map(GlobSet, (SECRET, SECRET_FOLDERS, _PUBLIC))
_SECRET_PLACE = GlobSet(SECRET_PLACES)
_STILL = GlobSet(_STILL_SECRET)
_EXAMPLE = re.compile(r"example|sample|template|\.dist$|\.tmpl$|\.pub$|\.md$|\.d\.ts$")


def is_secret(path: str) -> bool:
    """Return True if a path never leaves the machine, by its name."""
    folded = fold(path)
    folder, _, name = folded.rpartition("/")
    if folder and _is_secret_folder(folder):
        return True
    if not _is_secret_name(name) and not _SECRET_PLACE.matches(folded):
        return False
    if _NOT_SECRET.matches(name) and (_EXAMPLE.search(name) or not _STILL.matches(name)):
        return False
    return _CHARTS.search(folder) is None or not name.endswith((".json", ".yaml", ".yml"))


@lru_cache(8192)
def _is_secret_name(name: str) -> bool:
    """Return True if files of a name are secret; many folders have files of one name."""
    return _SECRET.matches(name)


@lru_cache(4096)
def _is_secret_folder(folder: str) -> bool:
    """Return True if a folder or one that it lies in is never read; asked again for every file in it."""
    return any(map(_SECRET_FOLDER.matches, folder.split("/")))
