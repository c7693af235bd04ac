#!/usr/bin/env bash
# Puts Debian trixie's Helix into a virtual environment (default: .venv) with the C library that it wants, beside this system's
# own packages and without touching them. Needs apt and Debian's keyring.
set -euo pipefail
venv=$(realpath "${1:-.venv}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial,debs,root}
: > "$work/status"
cat > "$work/trixie.sources" <<END
Types: deb
URIs: $(apt-get indextargets --format "$(REPO_URI)" | head -n 1)
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
cat > "$work/apt.conf" <<END
Dir::Etc::SourceList "$work/trixie.sources";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Acquire::Languages "none";
APT::Sandbox::User "";
END
export APT_CONFIG="$work/apt.conf"
apt-get update -qq
(cd "$work/debs" && apt-get download -qq hx libc6 libgcc-s1)
for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$work/root"; done
libraries=$(dirname "$(find "$work/root/usr/lib" -name 'libc.so.6')")
rm -rf "$venv/helix"
mkdir "$venv/helix"
mv "$work/root/usr/lib/hx" "$libraries" "$venv/helix/"
cat > "$venv/bin/hx" <<END
#!/bin/sh
here='$venv/helix'
libraries="\$here/$(basename "$libraries")"
HELIX_RUNTIME="\$here/hx/runtime" exec "\$libraries"/ld-linux-*.so.* --library-path "\$libraries" "\$here/hx/hx" "\$@"
END
chmod +x "$venv/bin/hx"
"$venv/bin/hx" --version
