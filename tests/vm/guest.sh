#!/usr/bin/env bash
# Runs inside the virtual machine, started by its service vm-tests, from the read-only disk /mnt.
# shellcheck disable=SC1091
. /mnt/order
export PATH=/mnt/dotnet:$PATH HOME=/root DOTNET_CLI_TELEMETRY_OPTOUT=1
exec < /dev/null

now() { cut -d' ' -f1 /proc/uptime; }
echo "$(uname -r), $(stat -fc %T /sys/fs/cgroup), $(systemctl --version | head -1), up $(now) s"

dotnet_tests() { # PART PROGRAM
  local log=/tmp/$1.log total bad
  dotnet "$2" -noColor -longRunning 60 -class "$only" > "$log" 2>&1
  total=$(sed -n 's/.* Total: *\([0-9]*\).*/\1/p' "$log" | tail -1)
  bad=$(sed -n 's/.* Failed: *\([0-9]*\).*/\1/p' "$log" | tail -1)
  if [ -z "$total" ] || [ "$bad" != 0 ]; then tail -200 "$log"; fi
  [ -z "$total" ] || echo "part $1: $((total - bad)) passed, $bad failed"
}

for part in $parts; do
  echo "part $part starts, up $(now) s"
  case $part in
    agent) dotnet_tests agent /mnt/agent/Gantry.Agent.Tests.dll ;;
    logs) dotnet_tests logs /mnt/logs/Gantry.Logs.Tests.dll ;;
    unit) bash /mnt/unit.sh ;;
    debug) bash /mnt/debug.sh ;;
  esac
done
echo "end, up $(now) s"
