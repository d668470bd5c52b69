#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The steps of action.yml. Each input comes in an environment variable, never as text of this
# script, so that nothing it holds is run. Usage: bash action.sh install|run|report|status
set -euo pipefail

python="${LEAKCHECK_PYTHON:-python}"
folder=""

fail() { # fail MESSAGE: an annotation without a place, and out
  echo "::error title=leakcheck::$1"
  exit 2
}

read_words() { # read_words TEXT: sets `words`, split as a shell splits them; nothing is expanded
  words=()
  # By way of a file: what ends a process substitution goes unnoticed.
  "$python" -I -c 'import shlex, sys
words = shlex.split(sys.argv[1])
sys.stdout.buffer.write(b"".join(word.encode("utf-8", "surrogateescape") + b"\0" for word in words))' \
    "$1" >"$folder/words" 2>"$folder/error" || fail "$2 can't be split into words: $(tail -n 1 "$folder/error")"
  mapfile -d '' -t words <"$folder/words"
}

step_install() {
  if [ -z "${LEAKCHECK_INSTALL:-}" ]; then
    return
  fi
  local words
  read_words "$LEAKCHECK_INSTALL" install
  "$python" -m pip install --quiet --disable-pip-version-check "${words[@]}"
}

step_run() {
  local arguments words status=0 token result="$folder/leakcheck.json"
  read_words "${LEAKCHECK_PYTEST_ARGS:-}" pytest-args
  arguments=(--leakcheck "--leakcheck-json=$result")
  if [ -n "${LEAKCHECK_RATE:-}" ]; then arguments+=("--leakcheck-rate=$LEAKCHECK_RATE"); fi
  if [ -n "${LEAKCHECK_CHANGED_SINCE:-}" ]; then arguments+=("--leakcheck-changed-since=$LEAKCHECK_CHANGED_SINCE"); fi
  if [ "${LEAKCHECK_STRICT:-false}" = true ]; then arguments+=(--leakcheck-strict); fi
  # What a test prints is no command to the runner.
  token="$("$python" -I -c 'import secrets; print(secrets.token_hex(16))')"
  echo "::stop-commands::$token"
  "$python" -m pytest "${arguments[@]}" ${words[@]+"${words[@]}"} || status=$?
  echo
  echo "::$token::"
  echo "status=$status" >>"$GITHUB_OUTPUT"
  if [ -s "$result" ]; then
    echo "result=$result" >>"$GITHUB_OUTPUT"
  fi
}

step_report() {
  local result="$LEAKCHECK_RESULT"
  local sarif="${result%.json}.sarif"
  if [ "${LEAKCHECK_ANNOTATIONS:-true}" = true ]; then
    "$python" -P -m leakcheck report "$result" --format github
  fi
  if [ "${LEAKCHECK_SUMMARY:-true}" = true ]; then
    "$python" -P -m leakcheck report "$result" --format markdown >>"$GITHUB_STEP_SUMMARY"
  fi
  "$python" -P -m leakcheck report "$result" --format sarif -o "$sarif"
  "$python" -P -m leakcheck report "$result" --format outputs >>"$GITHUB_OUTPUT"
  echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
}

step_status() {
  local status="${LEAKCHECK_STATUS:-}"
  case "${LEAKCHECK_FAIL_ON:-new}" in
    new | never) ;;
    *) fail "fail-on must be new or never" ;;
  esac
  case "$status" in
    '' | *[!0-9]*) fail "pytest was not run; an earlier step says why" ;;
  esac
  if [ "$status" = 0 ] && [ -z "${LEAKCHECK_RESULT:-}" ]; then
    fail "pytest ended with status 0 and left no result; did a test end the process?"
  fi
  if [ "$status" = 1 ] && [ "${LEAKCHECK_FAIL_ON:-new}" = never ] && [ "${LEAKCHECK_OTHER_FAILURES:-}" = 0 ]; then
    status=0
  fi
  exit "$status"
}

[ "${1:-}" = status ] || cd "${LEAKCHECK_DIRECTORY:-.}"
case "${1:-}" in
  install | run)
    folder="$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-$PWD}}/leakcheck.XXXXXX")"
    "step_$1"
    ;;
  report | status) "step_$1" ;;
  *)
    echo "action.sh: unknown step '${1:-}'; say install, run, report or status" >&2
    exit 2
    ;;
esac
