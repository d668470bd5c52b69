#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what a fresh Debian or Ubuntu lacks. Usage: bash ci/bootstrap.sh [demo|check|fuzz]
#   demo   what an installation from source needs
#   check  and what the whole check needs
#   fuzz   and what tests/c/run.py --flavour fuzz needs
# Asks apt-get only for what is missing, and says what it installs. Safe to run again.
set -euo pipefail

purpose="${1:-check}"
case "$purpose" in
  demo | check | fuzz) ;;
  *)
    echo "ci/bootstrap.sh: unknown purpose '$purpose'; say demo, check or fuzz" >&2
    exit 2
    ;;
esac

# The python3 that apt-get can complete; others (pyenv, one built by hand) bring their own parts.
python=/usr/bin/python3
[ -x "$python" ] || python="$(command -v python3 || true)"

missing=()
need() { # need PACKAGE COMMAND...: the package is missing unless the command succeeds
  local package="$1"
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}
compiler_finds() { # compiler_finds HEADER
  printf '#include <stddef.h>\n#include <stdarg.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <%s>\n' "$1" |
    "${CC:-cc}" -E -x c - -o /dev/null
}
has_python_headers() {
  "$python" -c 'import sys, sysconfig, pathlib
sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "internal/pycore_frame.h").is_file())'
}
has_libfuzzer() {
  [ -e "$(clang --print-resource-dir)/lib/linux/libclang_rt.fuzzer-$(uname -m).a" ]
}
has_jemalloc() {
  ldconfig -p | grep -q 'libjemalloc\.so'
}

if [ -z "$python" ]; then
  missing+=(python3)
fi
need python3-venv "${python:-false}" -c 'import ensurepip, venv'
need python3-dev has_python_headers
need gcc command -v "${CC:-cc}"
need libc6-dev compiler_finds stdlib.h
if [ "$purpose" != demo ]; then
  need libcmocka-dev compiler_finds cmocka.h
  need valgrind command -v valgrind
  # valgrind reads the loader's symbols, which Debian keeps apart.
  command -v valgrind >/dev/null 2>&1 || missing+=(libc6-dbg)
  # Another malloc, beside which native memory can't be heard.
  need libjemalloc2 has_jemalloc
fi
if [ "$purpose" = fuzz ]; then
  need clang command -v clang
fi

install() { # install PACKAGE...: by apt-get, which says nothing unless it fails
  echo "bootstrap: apt-get install $*"
  export DEBIAN_FRONTEND=noninteractive
  local log
  log="$(mktemp)"
  if ! { apt-get update -q && apt-get install -y -q --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

if [ "${#missing[@]}" -gt 0 ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "ci/bootstrap.sh: missing here: ${missing[*]} (names of Debian packages); install their like and run this again" >&2
    exit 1
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "ci/bootstrap.sh: missing here: ${missing[*]}; as root run: apt-get update && apt-get install -y ${missing[*]}" >&2
    exit 1
  fi
  if ! install "${missing[@]}"; then
    echo "ci/bootstrap.sh: apt-get could not install ${missing[*]}; its last lines stand above" >&2
    exit 1
  fi
fi

# libFuzzer lies in the runtime of the clang that is there, whose number is in the package's name.
if [ "$purpose" = fuzz ] && ! has_libfuzzer; then
  runtime="libclang-rt-$(clang -dumpversion | cut -d . -f 1)-dev"
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1 || ! install "$runtime"; then
    echo "ci/bootstrap.sh: libFuzzer is missing here; as root run: apt-get update && apt-get install -y $runtime" >&2
    exit 1
  fi
fi

# The page of --leakcheck-html is tried in a browser. Not every system has one to install; without it
# tests/browser is skipped, but not in a CI.
has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
if [ "$purpose" = check ] && ! has_browser >/dev/null 2>&1; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1 || ! install chromium; then
    echo "ci/bootstrap.sh: Chromium could not be installed (Debian: apt-get install -y chromium); tests/browser needs it" >&2
    [ "${CI:-}" != true ] || exit 1
  fi
fi

python="${python:-/usr/bin/python3}"
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "ci/bootstrap.sh: $python is $("$python" -V 2>&1); leakcheck needs CPython 3.11 or later" >&2
  exit 1
fi
