#!/bin/sh
# Makes the virtual environment and installs a lock file and this package into it: venv.sh DIRECTORY LOCKFILE
set -eu
venv=$1 lock=$2

fail() { echo "$1" >&2; exit 1; }

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        # A version manager's shim may be on PATH and still have no Python behind it: only running it tells.
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}

# Debian and Ubuntu ship Python without the part that makes environments.
install_venv_module() {
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    wanted="install the Debian package python$version-venv, then try again"
    command -v apt-get >/dev/null || fail "$1 cannot make a virtual environment: $wanted"
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "$1 cannot make a virtual environment: $wanted"
        as_root=sudo
    fi
    echo "installing python$version-venv"
    $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends "python$version-venv" >/dev/null || fail "that failed: $wanted"
}

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    [ -n "$python" ] || fail "Python 3.11 or newer was not found; install it or name it: make PYTHON=/path/to/python3"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_venv_module "$python"
    echo "making $venv with $("$python" -V)"
    "$python" -m venv --clear "$venv"
fi

echo "installing $lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --editable .
