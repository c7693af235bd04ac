#!/usr/bin/env bash
# Everything that is said about the extension, tried: the little logic alone, then the packed extension in a real VS Code,
# in its extension host and by a person at a browser. Arguments go to mocha.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh test
scripts/build.sh
export PATH=$PWD/.cache/node:$PWD/node_modules/.bin:$PATH
rm -rf .cache/work out
mocha() { node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON node_modules/mocha/bin/mocha.js --ui tdd --exit "$@"; }

echo "Settings against the server's table of options"
../.venv/bin/python scripts/settings.py --check
echo "The extensions that the tests use: a linter, and the one that knows the selected interpreter"
for name in linter python; do
  esbuild test/$name/extension.ts --bundle --outfile=.cache/$name/extension.js --external:vscode --format=cjs --platform=node --log-level=error
  cp test/$name/package.json .cache/$name/ && echo "For the tests." >.cache/$name/README.md
  (cd .cache/$name && vsce package --no-dependencies --allow-missing-repository --skip-license -o ../$name.vsix >/dev/null 2>&1)
done
echo "The tests that run inside VS Code"
esbuild test/host/index.ts --bundle --outfile=.cache/stub/index.js --external:vscode --external:mocha --format=cjs --platform=node --log-level=error
cp test/stub/package.json .cache/stub/

mocha --timeout 20000 test/unit/*.test.ts "$@"
# A loaded machine is slow, but a test that hangs has to end; a browser that lost a click gets one more try, each test
# opens a window of its own. What is wrong fails twice.
mocha --timeout 120000 --retries 1 test/ui/*.test.ts "$@"
