#!/usr/bin/env bash
# Turns plain Debian into a box: its name, nobody can log in, and only our own units open anything.
# Usage: 20-debian.sh ROOT
set -euo pipefail
readonly root="${1:?Missing argument: ROOT}"

echo helppoint >"${root}/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 helppoint\n' >"${root}/etc/hosts"
usermod --root "${root}" --password '!' root
# Each box makes its own at first boot.
: >"${root}/etc/machine-id"
rm --force "${root}/var/lib/dbus/machine-id"

# Debian starts these with files of its own; ours have theirs in /etc/helppoint. Without a network
# nothing may wait for one.
systemctl --quiet --root="${root}" mask nginx.service avahi-daemon.service avahi-daemon.socket \
  NetworkManager-wait-online.service systemd-networkd-wait-online.service
