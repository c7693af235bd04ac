#!/usr/bin/env bash
# Everything the extension is built and tested with, from package registries, into .cache and node_modules. Quick when
# it is there already. `setup.sh test` also gets a real VS Code (code-server) and looks for a browser.
set -euo pipefail
cd "$(dirname "$0")/.."
NODE=24.21.0
CODE_SERVER=4.139.1
QUIET=(--no-audit --no-fund --no-package-lock --loglevel=error)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
packages() {
  as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
# The newest node is not in every distribution; npm of any age gets it.
command -v npm >/dev/null || packages npm

install() { # folder, package@version, then what makes npm build it
  local folder=.cache/$1 package=$2
  shift 2
  [ -f "$folder/$package.ready" ] && return
  rm -rf "$folder" && mkdir -p "$folder"
  echo '{"private": true}' >"$folder/package.json"
  echo "Installing $package ..."
  (cd "$folder" && env "$@" npm install "${QUIET[@]}" "$package" >install.log 2>&1) || { tail -40 "$folder/install.log"; exit 1; }
  touch "$folder/$package.ready"
}

install node "node@$NODE"
HOME_OF_NODE=$(dirname "$(dirname "$(find "$PWD/.cache/node/node_modules" -path '*/node-*/bin/node' | head -1)")")
ln -sfn "$HOME_OF_NODE/bin/node" .cache/node/node
export PATH=$HOME_OF_NODE/bin:$PATH

if ! cmp -s package-lock.json node_modules/.package-lock.copy; then
  echo "Installing the development packages ..."
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.package-lock.copy
fi
[ "${1:-}" = test ] || exit 0

need=()
command -v chromium >/dev/null || need+=(chromium)
pkg-config --exists krb5-gssapi 2>/dev/null || need+=(libkrb5-dev pkg-config)
command -v g++ >/dev/null && command -v make >/dev/null || need+=(build-essential)
[ ${#need[@]} = 0 ] || packages "${need[@]}"
# code-server builds a few native modules; the headers come with the node package, not from elsewhere.
install editor "code-server@$CODE_SERVER" npm_config_nodedir="$HOME_OF_NODE"
