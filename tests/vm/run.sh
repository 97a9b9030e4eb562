#!/usr/bin/env bash
# Boots a stock Debian 12 (its kernel, systemd, cgroup v2) under emulation and runs there what depends on the host:
# the tests of the agent and the logs, and the systemd unit. The last line counts them. (root)
#   tests/vm/run.sh                    everything
#   tests/vm/run.sh agent '*LeakTests' one part (agent, logs, unit), and of its tests one class
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. eng/lib.sh
need_root
parts=${1:-"agent logs unit"} only=${2:-'*'}
limit=${GANTRY_VM_LIMIT:-1800}
cache=/var/cache/gantry/vm
work=$(mktemp -d)
trap '[ ! -s "$work/pid" ] || kill "$(cat "$work/pid")" 2>/dev/null; rm -rf "$work"' EXIT

install_packages qemu-system-x86 mmdebstrap e2fsprogs
key=$(sha256sum tests/vm/root.sh | cut -c1-16)
if [ ! -e "$cache/$key/vmlinuz" ]; then
  step "Making the virtual machine's Debian (a first run takes some minutes, later ones none)"
  rm -rf "${cache:?}"
  mkdir -p "$cache/new"
  tests/vm/root.sh "$cache/new"
  mv "$cache/new" "$cache/$key"
fi

if [ -z "${GANTRY_VM_BUILT:-}" ]; then
  step "Building the tests"
  for project in Agent Logs; do dotnet build "tests/Gantry.$project.Tests" -c Release --nologo -v q -m:1; done
fi
export GANTRY_PROGRAM=${GANTRY_PROGRAM:-/var/cache/gantry/program}
[ -n "${GANTRY_VM_BUILT:-}" ] || publish "$GANTRY_PROGRAM"

step "Packing what runs in the virtual machine"
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
mkdir -p "$work/payload/dotnet"
cp -r "$dotnet/dotnet" "$dotnet/host" "$dotnet/shared" "$work/payload/dotnet/"
cp -r tests/Gantry.Agent.Tests/bin/Release/net10.0 "$work/payload/agent"
cp -r tests/Gantry.Logs.Tests/bin/Release/net10.0 "$work/payload/logs"
cp -r "$GANTRY_PROGRAM" "$work/payload/program"
cp tests/vm/*.sh "$work/payload/"
mkdir "$work/payload/repository"
cp -r up.sh eng samples "$work/payload/repository/"
printf 'parts=%q\nonly=%q\n' "$parts" "$only" > "$work/payload/order"
[ -z "${GANTRY_VM_DEBUG:-}" ] || cp "$GANTRY_VM_DEBUG" "$work/payload/debug.sh"
mkfs.ext4 -q -F -L payload -O ^has_journal -m 0 -d "$work/payload" "$work/payload.img" 1G

step "Starting the virtual machine (at most $limit s; its console: $cache/console.log)"
drive() { printf -- '-drive if=none,id=%s,file=%s,format=raw,snapshot=on -device nvme,drive=%s,serial=%s' "$1" "$2" "$1" "$1"; }
# shellcheck disable=SC2046  # each drive is several words
timeout --foreground -k 10 "$limit" nice -n 10 qemu-system-x86_64 -machine q35 -cpu max -accel tcg,thread=multi -smp 2 -m 4096 \
  -nodefaults -no-user-config -display none -no-reboot -pidfile "$work/pid" \
  $(drive root "$cache/$key/root.img") $(drive payload "$work/payload.img") \
  -kernel "$cache/$key/vmlinuz" -append "root=/dev/nvme0n1 rw console=ttyS0 mitigations=off quiet" \
  -serial "file:$cache/console.log" -serial stdio < /dev/null | sed -u 's/\r//g' | tee "$work/output" | sed -u 's/^/    /' >&2 || note "the virtual machine ended with code $?"

lines=$(grep -cE '^part [a-z]+: [0-9]+ passed, [0-9]+ failed$' "$work/output" || true)
passed=$(awk '/^part [a-z]+: [0-9]+ passed, [0-9]+ failed$/ { n += $3 } END { print n + 0 }' "$work/output")
failed=$(awk '/^part [a-z]+: [0-9]+ passed, [0-9]+ failed$/ { n += $5 } END { print n + 0 }' "$work/output")
# A part without a count did not come to its end.
missing=$(($(wc -w <<< "$parts") - lines))
if [ "$missing" -gt 0 ]; then
  tail -30 "$cache/console.log" >&2
  failed=$((failed + missing))
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
