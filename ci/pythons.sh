#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The C tests and all tests on CPythons that this system does not have, in a chroot with Debian
# unstable under build/pythons, which is made when it is not there (some 700 MB). Needs root.
#   bash ci/pythons.sh [VERSION [ARGUMENT...]]   3.14, then 3.15; ARGUMENTs are pytest's
#   LEAKCHECK_MIRROR=URL                         where Debian is fetched from, if not by default
# What can't be done here is said to be not measured, and the exit status is 1. Each run has its own
# mounts, which go with it; `rm -rf build/pythons` removes all of it.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

KNOWN=(3.14 3.15)
at="$PWD/build/pythons"
root="$at/sid"
packages="gcc libc6-dev libcmocka-dev ca-certificates git procps"
for version in "${KNOWN[@]}"; do
  packages+=" python$version-dev python$version-venv"
done

wanted=("${KNOWN[@]}")
if [ $# -gt 0 ]; then
  wanted=("$1")
  shift
fi
if [[ " ${KNOWN[*]} " != *" ${wanted[0]} "* ]]; then
  echo "ci/pythons.sh: '${wanted[0]}' is none of ${KNOWN[*]}; other versions are tested by ci/check.sh where they are installed" >&2
  exit 2
fi

not_measured() { # not_measured REASON
  echo "ci/pythons.sh: CPython ${wanted[*]} not measured: $1" >&2
  exit 1
}

has_tools() {
  command -v mmdebstrap && command -v unshare && [ -e /usr/share/keyrings/debian-archive-keyring.gpg ]
}

can_make() { # gets what a chroot of Debian needs, or ends
  [ "$(id -u)" = 0 ] || not_measured "a chroot needs root; run this as root"
  if command -v unshare >/dev/null && ! unshare --mount --pid --fork true 2>/dev/null; then
    not_measured "this system gives no mounts of one's own (unshare --mount --pid); a container needs CAP_SYS_ADMIN for it"
  fi
  has_tools >/dev/null || command -v apt-get >/dev/null ||
    not_measured "mmdebstrap, unshare and Debian's keyring are needed and not all here; install them (Debian's packages: mmdebstrap util-linux debian-archive-keyring)"
  mkdir -p "$at"
  exec 9>"$at/lock"
  flock 9 # one tree and one chroot: the next run waits
  if ! has_tools >/dev/null; then
    echo "bootstrap: apt-get install mmdebstrap debian-archive-keyring"
    { apt-get update -q && apt-get install -y -q --no-install-recommends mmdebstrap debian-archive-keyring; } >"$at/apt.log" 2>&1 ||
      not_measured "mmdebstrap could not be installed: $(tail -n 1 "$at/apt.log")"
  fi
}

make_root() { # the chroot, unless it is there with these packages
  [ "$(cat "$root.made" 2>/dev/null)" != "$packages" ] || return 0
  echo "bootstrap: mmdebstrap sid -> build/pythons/sid ($packages)"
  rm -rf "$root" "$root.made"
  local validity options=()
  # A mirror that stands still is refused unless this system's own apt-get takes it too.
  eval "$(apt-config shell validity Acquire::Check-Valid-Until)"
  [ -z "${validity:-}" ] || options+=(--aptopt="Acquire::Check-Valid-Until \"$validity\"")
  mmdebstrap --mode=root --variant=apt "${options[@]}" --include="${packages// /,}" sid "$root" ${LEAKCHECK_MIRROR:+"$LEAKCHECK_MIRROR"} \
    >"$at/mmdebstrap.log" 2>&1 ||
    not_measured "mmdebstrap failed: $(grep -a '^E: ' "$at/mmdebstrap.log" | head -n 1); all of it in $at/mmdebstrap.log"
  echo "$packages" >"$root.made"
}

# in_root COMMAND...: runs in the chroot, in the copy of this tree. Mounts and processes go with it.
in_root() {
  local name kept=()
  for name in PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST http_proxy https_proxy no_proxy; do
    [ -z "${!name:-}" ] || kept+=("$name=${!name}")
  done
  # shellcheck disable=SC2016 # the inner shell's own arguments
  unshare --mount --pid --fork --kill-child bash -euc '
    root="$1" at="$2"
    shift 2
    mkdir -p "$root/src" "$at/tree/build/venv" "$at/venv"
    mount --bind "$at/tree" "$root/src"
    mount --bind "$at/venv" "$root/src/build/venv"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --rbind /sys "$root/sys"
    mount -t tmpfs tmpfs "$root/tmp"
    for file in /etc/resolv.conf /etc/hosts; do
      cp -L --remove-destination "$file" "$root$file"
    done
    certificates=/etc/ssl/certs/ca-certificates.crt # this system may trust a proxy of its own
    [ ! -e "$certificates" ] || mount --bind "$certificates" "$root$certificates"
    exec chroot "$root" env -i -C /src HOME=/home PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
  ' in_root "$root" "$at" "${kept[@]}" "$@"
}

can_make
make_root
copy_tree "$at/tree"
for version in "${wanted[@]}"; do
  # shellcheck disable=SC2016
  in_root bash -euo pipefail -c '
    . ci/lib.sh
    python="/usr/bin/python$1" name="$1"
    shift
    "$python" -VV
    venv="$(venv_for "$python" "$name" test)"
    build_warning_free "$venv"
    "$python" tests/c/run.py
    if [ $# -gt 0 ]; then tests_on "$venv" "$@"; else all_tests_on "$venv"; fi
  ' version "$version" "$@"
done
