# SPDX-License-Identifier: MIT
# Shared by demo.sh, check.sh and pythons.sh; sourced, never run. All stand in the root of the
# repository.

# Prints the path of each CPython from 3.11 to 3.13 found here, one for each minor version, newest
# patch first. LEAKCHECK_PYTHONS, a list of paths, takes the place of the search; where one is no
# program, nothing is printed, and why on stderr.
find_pythons() {
  local minor candidate
  if [ -n "${LEAKCHECK_PYTHONS:-}" ]; then
    for candidate in $LEAKCHECK_PYTHONS; do
      if [ ! -x "$candidate" ]; then
        echo "LEAKCHECK_PYTHONS: '$candidate' is no program; give paths, such as /usr/bin/python3.13" >&2
        return
      fi
    done
    printf '%s\n' $LEAKCHECK_PYTHONS
    return
  fi
  for minor in 3.11 3.12 3.13; do
    while read -r candidate; do
      if usable_python "$candidate" "$minor"; then
        echo "$candidate"
        break
      fi
    done < <(
      {
        ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$minor".*/bin/"python$minor" 2>/dev/null | sort -rV
        type -ap "python$minor"
        echo "/usr/local/bin/python$minor"
        echo "/usr/bin/python$minor"
        type -ap python3
      } || true
    )
  done
}

# usable_python PATH MINOR: a CPython of that minor version with headers and venv, lock in place.
usable_python() {
  [ -x "$1" ] && "$1" - "$2" >/dev/null 2>&1 <<'PY'
import ensurepip, pathlib, sys, sysconfig, venv
ok = (
    sys.implementation.name == "cpython"
    and sys.argv[1] == "%d.%d" % sys.version_info[:2]
    and not sysconfig.get_config_var("Py_GIL_DISABLED")
    and (pathlib.Path(sysconfig.get_path("include")) / "internal/pycore_frame.h").is_file()
)
sys.exit(not ok)
PY
}

# venv_for PYTHON NAME GROUP...: makes build/venv/NAME with the dependency groups and prints its
# path. Installs again only when pyproject.toml or the groups changed.
venv_for() {
  local python="$1" name="$2" group want
  shift 2
  local venv="$PWD/build/venv/$name" arguments=()
  want="$("$python" -c 'import sys; print(sys.version)' | head -n 1) $* $(cksum <pyproject.toml)"
  if [ "$(cat "$venv/installed" 2>/dev/null)" != "$want" ]; then
    echo "bootstrap: $("$python" -V 2>&1) -> build/venv/$name (pip: $*)" >&2
    rm -rf "$venv"
    "$python" -m venv "$venv" || return 1
    for group in "$@"; do
      arguments+=(--group "$group")
    done
    # --group needs pip 25.1; setuptools because the sampler is built without isolation.
    pip_quietly "$venv" --upgrade pip setuptools || return 1
    pip_quietly "$venv" "${arguments[@]}" || return 1
    echo "$want" >"$venv/installed"
  fi
  echo "$venv"
}

pip_quietly() { # pip_quietly VENV ARGUMENT...: pip install, silent unless it fails
  local venv="$1" said
  shift
  if ! said="$("$venv/bin/python" -m pip install -q --disable-pip-version-check --root-user-action=ignore "$@" 2>&1)"; then
    echo "$said" | tail -n 20 >&2
    echo "pip install $* failed in $venv; its last lines stand above" >&2
    return 1
  fi
}

# install_here VENV: the package of this tree, editable, so that `leakcheck` and the sampler built
# into the tree for this Python are what runs from the repository's root too.
install_here() {
  pip_quietly "$1" --no-build-isolation --no-deps -e .
}

copy_tree() { # copy_tree TARGET: the sources of this tree, without anything that was built
  rm -rf "$1"
  mkdir -p "$1"
  tar --exclude=./build --exclude=./dist --exclude=./.git --exclude='*.so' --exclude=__pycache__ \
    --exclude='./.*_cache' --exclude='./.venv*' --exclude='*.egg-info' -cf - . | tar -xf - -C "$1"
}

build_warning_free() { # build_warning_free VENV: the sampler, into the tree, no warning let pass
  install_here "$1"
  LEAKCHECK_WERROR=1 "$1/bin/python" setup.py -q build_ext --inplace --build-temp "build/obj/$(basename "$1")"
}

tests_on() { # tests_on VENV ARGUMENT...
  local venv="$1"
  shift
  # Some tests interrupt what they start, which whoever started this check may have switched off.
  env --default-signal=INT,QUIT "$venv/bin/python" -m pytest -q -n 2 -p no:cacheprovider "$@"
}

sampler_tests_on() { # sampler_tests_on VENV: they count the blocks of the whole process, where no worker may talk to xdist
  tests_on "$1" -n 0 tests/ext
}

all_tests_on() { # all_tests_on VENV
  tests_on "$1" tests --ignore=tests/ext
  sampler_tests_on "$1"
}
