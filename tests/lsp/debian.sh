#!/usr/bin/env bash
# Unpacks packages of another Debian suite, with what they depend on, into a folder. The system's own packages and sources
# are not touched; where Debian is comes from the machine's own apt configuration. Needs apt and Debian's keyring.
#   debian.sh FOLDER SUITE STATUS PACKAGE…
# STATUS: dpkg's file of what is there already and need not be fetched; /dev/null: nothing.
set -euo pipefail
folder=$1 suite=$2 status=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial}
own=$(. /etc/os-release && echo "$VERSION_CODENAME")
archive=$(apt-get indextargets --format '$(REPO_URI)' "Release: $own" | sort -u | head -n 1)
[ -n "$archive" ] || { echo "apt's sources name no archive of $own" >&2; exit 1; }
for name in "$own" "$suite"; do
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $name main"
done > "$work/sources.list"
cat > "$work/apt.conf" <<END_OF_CONF
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::lists "$work/lists";
Dir::State::status "$status";
Dir::Cache "$work/cache";
Acquire::Languages "none";
APT::Sandbox::User "";
END_OF_CONF
export APT_CONFIG="$work/apt.conf"
apt-get update -qq
apt-get install -qq --download-only --no-install-recommends -t "$suite" "$@" >/dev/null
mkdir -p "$folder"
for deb in "$work"/cache/archives/*.deb; do dpkg -x "$deb" "$folder"; done
