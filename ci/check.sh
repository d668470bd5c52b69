#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The whole check, set-up included. Each step is named and timed; the first that fails ends it,
# with the end of its output. Full output: build/log/<step>.log.
#   LEAKCHECK_PYTHONS="..."   interpreters to test instead of those found
#   KEEP_GOING=1              go on after a failed step; the exit status still tells
#   FULL=1                    the long campaigns too (CPythons of Debian unstable, leak cases, whole
#                             suites, benchmarks, fuzzing of the C core)
set -euo pipefail
cd "$(dirname "$0")/.."
unset LEAKCHECK_COVERAGE LEAKCHECK_SANITIZE LEAKCHECK_WERROR LEAKCHECK_CFLAGS
[ "${CI:-}" != true ] || export LEAKCHECK_BROWSER=required # else tests/browser is skipped without one
bash ci/bootstrap.sh check
unset CI BUILD_NUMBER GITHUB_ACTIONS # pytest and hypothesis print and choose otherwise under these
unset PYTHONMALLOC PYTHONTRACEMALLOC PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED
. ci/lib.sh

# Per cent of the lines that the tests must reach.
CSRC_FLOOR=95
CORE_FLOOR=100 # the rule (growth*.c) too
PYTHON_FLOOR=97

mkdir -p build/log
began=$SECONDS
passed=0
failed=0

step() { # step NAME COMMAND...: run it quietly, show its closing line, stop the check if it fails
  local name="$1" log="build/log/$1.log" start=$SECONDS status=0
  shift
  # Not in a condition, where set -e would be off, nor in the background, where Ctrl-C is ignored.
  set +e
  (set -euo pipefail; "$@") >"$log" 2>&1
  status=$?
  set -e
  if [ "$status" != 0 ]; then
    tail -n 80 "$log"
    printf 'FAILED %-22s %4d s   exit status %d, all of it in %s\n' "$name" $((SECONDS - start)) "$status" "$log"
    failed=$((failed + 1))
    [ "${KEEP_GOING:-0}" = 1 ] && return
    finish
  fi
  passed=$((passed + 1))
  printf 'ok     %-22s %4d s   %s\n' "$name" $((SECONDS - start)) "$(closing "$log")"
}

finish() {
  echo "check: ended after $((SECONDS - began)) s"
  printf 'check: %d passed, %d failed\n' "$passed" "$failed"
  exit $((failed > 0))
}

closing() { # the last line of a log that sums up, if there is one
  grep -aE '[0-9]+ passed|^lines: |no issues found|All checks passed|left unchanged' "$1" | tail -n 1 | tr -d '=' | sed 's/^ *//' || true
}

with_this_tree() { # with_this_tree VENV TESTS: by an install of the tree that is built already
  install_here "$1"
  tests_on "$1" "$2"
}

# One tree, one build with counters, filled by the C tests and by the Python tests. Python's lines are
# counted by statements compiled in (ci/lines.py): leakcheck takes tracers out while it measures.
coverage() {
  local venv="$1" tree="build/cov" here="$PWD"
  copy_tree "$tree"
  cd "$tree"
  "$venv/bin/python" tests/c/run.py --flavour cov
  LEAKCHECK_COVERAGE=1 "$venv/bin/python" setup.py -q build_ext --inplace --build-temp build/obj
  "$venv/bin/python" ci/lines.py count .
  # The editable finder points to the checkout; the tree in front of it must win.
  PYTHONPATH="$PWD" tests_on "$venv" tests/unit tests/plugin
  PYTHONPATH="$PWD" sampler_tests_on "$venv"
  # One loop of all tests together is passed more than 2^32 times, which gcovr takes for a fault of gcov.
  local gcovr=("$here/build/venv/lint/bin/gcovr" -r . --merge-lines --gcov-ignore-parse-errors=negative_hits.warn
    --gcov-suspicious-hits-threshold=$((1 << 40)) --txt --print-summary)
  "${gcovr[@]}" --filter 'csrc/' --fail-under-line "$CSRC_FLOOR"
  "${gcovr[@]}" --filter 'csrc/core/' --fail-under-line "$CORE_FLOOR"
  "$venv/bin/python" ci/lines.py report . "$PYTHON_FLOOR"
}

# The sampler under ASan and UBSan inside an ordinary CPython. pymalloc stays on: the sampler
# counts blocks of the default allocators, and under PYTHONMALLOC=malloc it refuses to measure.
sanitized() {
  local venv="$1" tree="build/asan"
  copy_tree "$tree"
  cd "$tree"
  LEAKCHECK_SANITIZE=address,undefined "$venv/bin/python" setup.py -q build_ext --inplace --build-temp build/obj
  local runtime
  runtime="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libstdc++.so)"
  # Leaks are not looked for: CPython itself leaves blocks behind at exit. A request that no machine
  # can serve is part of the tests, and must come back as NULL.
  LD_PRELOAD="$runtime" ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
    PYTHONPATH="$PWD" "$venv/bin/python" -m pytest -q -p no:cacheprovider -p no:xdist -s tests/ext \
    --deselect tests/ext/test_packaging.py
}

style() {
  local bin="$PWD/build/venv/lint/bin"
  "$bin/ruff" check .
  "$bin/ruff" format --check .
  "$bin/shellcheck" --shell=bash --severity=warning ci/*.sh
  "$bin/shellcheck" ci/action.sh
  # By its own rules alone; nothing is asked of any host.
  "$bin/zizmor" --offline --quiet --no-progress --config ci/zizmor.yml ci/action.yml examples/ci/workflows/*.yml
}

types() {
  local bin="$PWD/build/venv/lint/bin"
  "$bin/mypy"
  "$bin/stubtest" --allowlist ci/stubtest-allow.txt leakcheck._core
}

c_style() {
  find csrc tests/c -name '*.[ch]' -print0 | xargs -0 build/venv/lint/bin/clang-format --dry-run --Werror
}

mapfile -t pythons < <(find_pythons)
if [ "${#pythons[@]}" = 0 ]; then
  echo "ci/check.sh: no CPython 3.11 to 3.13 with venv and headers was found" >&2
  exit 1
fi
echo "check: ${pythons[*]}"
newest="${pythons[-1]}"

lint() { install_here "$(venv_for "$newest" lint test lint)"; }
step set-up lint
step style style
step c-style c_style
step c-plain python3 tests/c/run.py --flavour plain
step c-sanitized python3 tests/c/run.py --flavour asan
step c-valgrind python3 tests/c/run.py --flavour valgrind
step c-threads python3 tests/c/run.py --flavour tsan

for python in "${pythons[@]}"; do
  version="$("$python" -c 'import platform; print(platform.python_version())')"
  step "venv-$version" venv_for "$python" "$version" test
  venv="$PWD/build/venv/$version"
  step "build-$version" build_warning_free "$venv"
  step "pytest-$version" all_tests_on "$venv"
done

# Our own tests, against a list of known leaks that stays empty. Those of the decorator can't pass
# there: under the plugin it leaves the measuring to it.
gate_itself() {
  tests_on "$1" --leakcheck --leakcheck-strict --leakcheck-max-time=60 --leakcheck-baseline=.leakcheck-baseline.json \
    tests/unit --ignore=tests/unit/test_decorator.py --ignore=tests/unit/test_decorator_real.py
}
step gate-itself gate_itself "$venv"

one_fingerprint_everywhere() { # a leak is known by one fingerprint on each CPython of this check
  LEAKCHECK_PYTHONS="${pythons[*]}" tests_on "$1" tests/unit/judge/test_fingerprint_versions.py
}
step same-fingerprints one_fingerprint_everywhere "$venv"

# Every older pytest on every Python must leave nothing behind; each of them runs all tests of the
# plugin on one Python.
pair=0
older=(83 84 90)
for python in "${pythons[@]}"; do
  version="$("$python" -c 'import platform; print(platform.python_version())')"
  for old in "${older[@]}"; do
    step "venv-$version-pytest-$old" venv_for "$python" "$version-pytest-$old" test "pytest-$old"
    venv="$PWD/build/venv/$version-pytest-$old"
    tests=tests/plugin/test_empty_test_grows_nothing.py
    [ "$old" = "${older[$((pair % 3))]}" ] && tests=tests/plugin
    step "pytest-$old-$version" with_this_tree "$venv" "$tests"
  done
  pair=$((pair + 1))
done
venv="$PWD/build/venv/$version"

step types types
step sanitized sanitized "$PWD/build/venv/$version"
step coverage coverage "$PWD/build/venv/$version"

if [ "${FULL:-0}" = 1 ]; then
  for version in 3.14 3.15; do # not of this machine: in a chroot
    step "full-pythons-$version" bash ci/pythons.sh "$version"
  done
  step full-fuzz-set-up bash ci/bootstrap.sh fuzz
  step full-fuzz python3 tests/c/run.py --flavour fuzz --seconds 300
  for campaign in corpus suites bench; do
    step "full-$campaign" "$venv/bin/python" -m "tests.$campaign"
  done
fi

finish
