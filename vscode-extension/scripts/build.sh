#!/usr/bin/env bash
# Checks the sources and packs fretsaw.vsix.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
export PATH=$PWD/.cache/node:$PWD/node_modules/.bin:$PATH
MOST=400000

tsc --noEmit
eslint .
npm run --silent build
vsce package --no-dependencies --allow-missing-repository --no-rewrite-relative-links -o fretsaw.vsix >.cache/vsce.log 2>&1 \
  || { cat .cache/vsce.log; exit 1; }
size=$(wc -c <fretsaw.vsix)
echo "vscode-extension/fretsaw.vsix: $((size / 1000)) kB"
[ "$size" -le $MOST ] || { echo "more than $((MOST / 1000)) kB"; exit 1; }
