#!/usr/bin/env bash
# Puts Debian 13's Helix into a virtual environment (default: .venv), with the C library that it wants.
set -euo pipefail
venv=$(realpath "${1:-.venv}")
root="$venv/helix"
rm -rf "$root"
"$(dirname "$0")/../debian.sh" "$root" trixie /dev/null hx
libraries=$(dirname "$(find "$root/usr/lib" -name 'libc.so.6')")
cat > "$venv/bin/hx" <<END
#!/bin/sh
HELIX_RUNTIME='$root/usr/lib/hx/runtime' exec '$libraries'/ld-linux-*.so.* --library-path '$libraries' '$root/usr/lib/hx/hx' "\$@"
END
chmod +x "$venv/bin/hx"
"$venv/bin/hx" --version
