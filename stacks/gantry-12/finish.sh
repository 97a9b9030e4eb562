#!/bin/bash
# Strips from ROOT what must not be in a stack, so that it is generic, small and the same each time.
set -euo pipefail
root=$1
[ -n "$root" ] && [ "$root" != / ] && [ -f "$root/etc/gantry-stack" ]
cd "$root"

# Nothing of the machine that built it: mirrors, proxies, credentials, names.
rm -rf etc/apt/apt.conf.d/*mmdebstrap* etc/apt/sources.list etc/apt/sources.list.d/* etc/apt/auth.conf etc/apt/auth.conf.d/*
rm -f etc/dpkg/dpkg.cfg.d/99mmdebstrap etc/hostname etc/resolv.conf
: > etc/machine-id
: > etc/hostname
: > etc/resolv.conf
printf '127.0.0.1 localhost\n::1 localhost\n' > etc/hosts
rm -f var/lib/dbus/machine-id

# No lists, caches, logs, backups.
rm -rf var/lib/apt/lists var/cache/apt var/cache/ldconfig/aux-cache var/cache/debconf/*-old var/cache/fontconfig/*
rm -f var/lib/dpkg/*-old var/lib/systemd/random-seed etc/passwd- etc/group- etc/shadow- etc/gshadow- etc/subuid- etc/subgid- var/lib/dpkg/lock* var/lib/dpkg/triggers/Lock
find var/log -type f -delete
find tmp var/tmp run dev proc sys -xdev -mindepth 1 -delete
rm -rf app; mkdir -p app tmp var/tmp run dev proc sys
chmod 1777 tmp var/tmp
chmod 0755 run dev proc sys
chown 1000:1000 app; chmod 0755 app
chmod 0755 .
# Mount points may carry the times of what was mounted there: now, which packing clamps.
touch . app tmp var/tmp run dev proc sys
sed -i -E 's/^([^:]*:[^:]*):[0-9]+:/\1:19000:/' etc/shadow

# No privileges to gain: no setuid, setgid, file capabilities, device nodes.
find . -xdev -type f -perm /6000 -exec chmod ug-s {} +
find . -xdev -type d -perm /6000 -exec chmod ug-s {} +
find . -xdev \( -type b -o -type c -o -type p -o -type s \) -delete
if command -v getcap > /dev/null; then
  getcap -r . 2>/dev/null | sed 's/ [^ ]*$//' | while IFS= read -r file; do setcap -r "$file"; done
fi
