#!/usr/bin/env bash
# Fixes an issue and opens a pull request. The issue's text is read by `agent` itself and never passes through this shell.
set -euo pipefail

if ! [[ "${NUMBER:-}" =~ ^[0-9]+$ ]]; then
  echo "::error::The input number has to be an issue's number."
  exit 1
fi
if [[ "$EVENT" == issue_comment && ! "${ASSOCIATION:-}" =~ ^(OWNER|MEMBER|COLLABORATOR)$ ]]; then
  echo "::error::Only members of the project may ask for a fix by a comment."
  exit 1
fi
branch="fretsaw/issue-$NUMBER"
patch="$RUNNER_TEMP/fretsaw.patch"
document="$RUNNER_TEMP/fretsaw.json"
issue="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/issues/$NUMBER"
options=()
while IFS= read -r option; do
  if [[ -n "$option" ]]; then options+=("$option"); fi
done <<<"$MORE"

finish() { # finish VERDICT CODE
  {
    echo "verdict=$1"
    echo "run-id=$run"
    echo "patch-path=$patch"
  } >>"$GITHUB_OUTPUT"
  exit "$2"
}

run=
: >"$patch"
if [[ -n "$(git ls-remote --heads origin "refs/heads/$branch")" ]]; then
  echo "::notice::The branch $branch is there already: delete it to have the issue fixed again."
  finish known 0
fi
base=$(git symbolic-ref --quiet --short HEAD)
export GIT_AUTHOR_NAME=fretsaw GIT_AUTHOR_EMAIL=fretsaw@users.noreply.github.com
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"

code=0
agent fix "$issue" --check "$CHECK" --apply branch --branch "$branch" --json "${options[@]}" >"$document" || code=$?
run=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1])).get("run") or "")' "$document" || true)
if [[ -n "$run" ]]; then
  agent show "$run" --patch >"$patch" || true
  agent show "$run" --markdown >>"$GITHUB_STEP_SUMMARY" || true
fi
case "$code" in
0) ;;
7) finish not-proved 1 ;;
*) finish no-patch 1 ;;
esac
if ! git rev-parse --verify --quiet "refs/heads/$branch" >/dev/null; then
  echo "::notice::There was nothing to change."
  finish no-patch 0
fi

body="$RUNNER_TEMP/fretsaw-body.md"
{
  agent show "$run" --markdown
  printf '\nFixes #%s\n' "$NUMBER"
} >"$body"
git push --quiet origin "refs/heads/$branch:refs/heads/$branch"
gh pr create --base "$base" --head "$branch" --title "Fix #$NUMBER" --body-file "$body"
finish opened 0
