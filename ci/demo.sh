#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The main job on a fresh machine: installs what is missing, builds leakcheck, finds the leaks
# planted in examples/. Exit status 0 exactly when those are found and the rest is clean.
set -euo pipefail
cd "$(dirname "$0")/.."
unset LEAKCHECK_COVERAGE LEAKCHECK_SANITIZE LEAKCHECK_WERROR PYTHONMALLOC PYTHONTRACEMALLOC
. ci/lib.sh

bash ci/bootstrap.sh demo
python="$(find_pythons | tail -n 1)"
if [ -z "$python" ]; then
  echo "ci/demo.sh: no CPython 3.11 to 3.13 with venv and headers was found" >&2
  exit 1
fi
venv="$(venv_for "$python" demo test)"
install_here "$venv"

echo
echo "\$ python -m leakcheck run examples/request_cache/leak.py::serve --iterations 10000"
status=0
report="$("$venv/bin/python" -m leakcheck run examples/request_cache/leak.py::serve --iterations 10000)" || status=$?
echo "$report"
if [ "$status" != 1 ] || ! grep -q '_CACHE\[request_id\] = bytes(1024)' <<<"$report"; then
  echo "ci/demo.sh: expected exit status 1 and the line that fills the cache, got status $status" >&2
  exit 1
fi

echo
echo "\$ pytest --leakcheck examples/"
"$venv/bin/python" ci/expect.py "$venv/bin/python"
