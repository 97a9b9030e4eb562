#!/usr/bin/env bash
# Runs inside the virtual machine, started by its service vm-tests, from the read-only disk /mnt.
# shellcheck disable=SC1091
. /mnt/order
export HOME=/root
# The .NET runtime, where its packages have it.
mkdir /usr/share/dotnet
mount --bind /mnt/dotnet /usr/share/dotnet
ln -s /usr/share/dotnet/dotnet /usr/local/bin/dotnet
# Emulated, all takes ten times as long; the second setting spares the emulator's cache of translated code.
export GANTRY_PATIENCE=10 DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0
systemctl set-environment DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0
exec < /dev/null

now() { cut -d' ' -f1 /proc/uptime; }
echo "$(uname -r), $(stat -fc %T /sys/fs/cgroup), $(systemctl --version | head -1), up $(now) s"

dotnet_tests() { # PART PROGRAM
  local log=/tmp/$1.log total bad
  # A Docker Engine is not there.
  dotnet "$2" -noColor -longRunning 60 -class "$only" -class- '*Docker*' > "$log" 2>&1
  total=$(sed -n 's/.* Total: *\([0-9]*\).*/\1/p' "$log" | tail -1)
  bad=$(sed -n 's/.* Failed: *\([0-9]*\).*/\1/p' "$log" | tail -1)
  if [ -z "$total" ] || [ "$bad" != 0 ]; then tail -200 "$log"; fi
  [ -z "$total" ] || echo "part $1: $((total - bad)) passed, $bad failed"
}

run() { # PART
  case $1 in
    agent) dotnet_tests agent /mnt/agent/Gantry.Agent.Tests.dll ;;
    logs) dotnet_tests logs /mnt/logs/Gantry.Logs.Tests.dll ;;
    unit) bash /mnt/unit.sh ;;
    debug) bash /mnt/debug.sh ;;
  esac
  echo "end of part $1, up $(now) s"
}

# Side by side, which is two instances of Gantry on one host: neither may take forwarding from the other.
sysctl -q net.ipv4.ip_forward=1
for part in $parts; do run "$part" & done
wait
