#!/usr/bin/env bash
# Puts Emacs 30 of Debian 12's backports into a virtual environment (default: .venv). It is built for /usr, so it is told where it is.
set -euo pipefail
venv=$(realpath "${1:-.venv}")
root="$venv/emacs"
rm -rf "$root"
"$(dirname "$0")/../debian.sh" "$root" bookworm-backports /var/lib/dpkg/status emacs-nox
share=$(echo "$root"/usr/share/emacs/30*)
programs=$(dirname "$root"/usr/libexec/emacs/30*/*/emacs-*.pdmp)
cat > "$venv/bin/emacs" <<END
#!/bin/sh
export EMACSDATA='$share/etc' EMACSDOC='$share/etc' EMACSPATH='$programs'
export EMACSLOADPATH='$(find "$share/lisp" -type d | sort | paste -sd:)'
export LD_LIBRARY_PATH='$root/usr/lib/$(basename "$programs")'
exec '$root/usr/bin/emacs-nox' --dump-file="\$(echo '$programs'/*.pdmp)" "\$@"
END
chmod +x "$venv/bin/emacs"
"$venv/bin/emacs" --version | head -n 1
