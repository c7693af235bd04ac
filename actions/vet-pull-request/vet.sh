#!/usr/bin/env bash
# Vets the pull request of the event. All that a stranger wrote comes as data from the forge, none of it through this shell.
set -euo pipefail

if ! [[ "${NUMBER:-}" =~ ^[0-9]+$ ]]; then
  echo "::error::This action needs the event pull_request."
  exit 1
fi
sarif="$RUNNER_TEMP/fretsaw.sarif"
patch="$RUNNER_TEMP/fretsaw-reverse.patch"
options=(--prune "$PRUNE" --sarif "$sarif" --markdown "$GITHUB_STEP_SUMMARY" --reverse-patch --exit-code)
while IFS= read -r glob; do
  if [[ -n "$glob" ]]; then options+=(--allow "$glob"); fi
done <<<"$ALLOW"
if [[ "$POST" == true && "$IS_FORK" == true ]]; then
  echo "::notice::A pull request from a fork gets a token that cannot post; see the job's summary."
elif [[ "$POST" == true ]]; then
  options+=(--post)
fi

code=0
agent pull-request "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/pull/$NUMBER" "${options[@]}" >"$patch" || code=$?
case "$code" in
0) verdict=clean ;;
1) verdict=unasked ;;
*) exit "$code" ;;
esac
{
  echo "sarif-path=$sarif"
  echo "patch-path=$patch"
  echo "verdict=$verdict"
} >>"$GITHUB_OUTPUT"
if [[ "$FAIL" == true ]]; then exit "$code"; fi
