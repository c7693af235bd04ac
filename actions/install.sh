#!/usr/bin/env bash
# Installs Fretsaw from the checkout of this action, its dependencies at the versions and hashes of uv.lock. Not pinned by a
# hash: uv itself, and hatchling, which builds Fretsaw's own wheel.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
home="$RUNNER_TEMP/fretsaw"
python3 -m venv "$home/uv"
"$home/uv/bin/pip" install --quiet --disable-pip-version-check "uv==0.13.9"
UV_PROJECT_ENVIRONMENT="$home/env" "$home/uv/bin/uv" sync --project "$root" --frozen --no-dev --no-editable --quiet
"$home/env/bin/agent" --version
echo "$home/env/bin" >>"$GITHUB_PATH"
