#!/bin/sh
# Installs Debian packages as root without letting their services start, now or at boot:
# Arbwatch runs the programs itself, on the same ports. Usage: install-debian.sh PACKAGE...
set -eu
policy=/usr/sbin/policy-rc.d

# The one switch Debian has against starting services on installation; an existing one is the owner's.
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" >/dev/null

if command -v systemctl >/dev/null; then
    for package in "$@"; do
        systemctl --quiet disable "$package.service" || true
        systemctl --quiet stop "$package.service" 2>/dev/null || true
    done
fi
