#!/usr/bin/env bash
# Runs the suite on each Python from 3.10 on that this machine has, and names those that it has not.
# What the absent ones would refuse is at least read by mypy, for that version.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE
make -s .venv/ready
uv=$PWD/.venv/bin/uv
# pyenv's own shims do not start what pyenv has not made the global version.
for home in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*; do
  [ -x "$home/bin/python" ] && PATH=$home/bin:$PATH
done
failed=()
for version in 3.10 3.11 3.12 3.13 3.14; do
  if ! python=$("$uv" python find --no-python-downloads --system "$version" 2>/dev/null); then
    echo "== Python $version: not on this machine; mypy for it:"
    .venv/bin/mypy --python-version "$version" server || failed+=("$version")
    continue
  fi
  home=.venv-$version
  echo "== $("$python" --version), $python"
  [ -x "$home/bin/python" ] || "$uv" venv --quiet --python "$python" "$home"
  VIRTUAL_ENV=$PWD/$home "$uv" sync --quiet --frozen --all-extras --inexact --active
  "$home/bin/python" -m pytest -n 4 "$@" || failed+=("$version")
done
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
