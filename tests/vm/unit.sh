#!/usr/bin/env bash
# Gantry under systemd, as a user has it: up.sh, the unit's restarts, down, purge. Runs inside the virtual machine.
set -uo pipefail
passed=0 failed=0
group=/sys/fs/cgroup/gantry

check() { # SENTENCE COMMAND...
  local what=$1
  shift
  if "$@" > /tmp/check.log 2>&1; then
    passed=$((passed + 1))
    echo "ok $what ($SECONDS s)"
  else
    failed=$((failed + 1))
    echo "FAILED: $what ($SECONDS s)"
    tail -6 /tmp/check.log
  fi
}
eventually() { # COMMAND...
  local end=$((SECONDS + 15 * GANTRY_PATIENCE))
  until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.5; done
}
is() { [ "$1" = "$2" ] || { echo "$1 is not $2"; return 1; }; }

up() { ./up.sh "$@" > /tmp/up.log 2>&1 || { tail -40 /tmp/up.log; return 1; }; }
answers() { is "$(curl -fsS --max-time 20 -H 'Host: my-first-app.apps.localhost' http://127.0.0.1:8080/)" "served"; }
healthy() { curl -fsS --max-time 5 http://127.0.0.1:7080/healthz; }
container() { find $group -mindepth 1 -maxdepth 1 -type d; }
processes() { cat "$(container)/cgroup.procs" | sort; }
main() { systemctl show -p MainPID --value gantry; }
is_another() { [ "$(main)" != 0 ] && [ "$(main)" != "$1" ]; }
limit() { is "$(cat "$(container)/$1")" "$2"; }
limits() { limit memory.max $((512 << 20)) && limit memory.swap.max $((512 << 20)) && limit pids.max 256 && limit cpu.weight 39; }

# Everything on disk but what the system itself writes as it runs.
files() { find / -xdev \( -path /tmp -o -path /var/tmp -o -path /var/log -o -path /root/gantry -o -path /var/lib/systemd \) -prune -o -print | sort; }
accounts() { cut -d: -f1 /etc/passwd /etc/group | sort; }

# What the kernel still has of Gantry.
nothing_runs() {
  ! systemctl is-active gantry && ! pgrep -af 'gantryd.dll|Gantry.Supervisor /run/gantry/' && [ ! -e $group ] &&
    ! ip -o link | grep ' gv[0-9]' && ! nft list table inet gantry && ! grep gantry /proc/mounts
}

# The repository, less what needs the SDK and a network: the programs are there already, and the stack is this Debian's
# own shell tools. The sample is an app that needs nothing else.
cp -r /mnt/repository /root/gantry
cd /root/gantry
cat >> eng/lib.sh <<'LIB'
install_packages() { :; }
publish() { [ -e "$1" ] || cp -r /mnt/program "$1"; }
build_stacks() {
  [ ! -e "$GANTRY_STACKS" ] || return 0
  mkdir -p "$GANTRY_STACKS"
  for package in base-files bash dash coreutils findutils grep sed tar gzip busybox-static libc6 libtinfo6 libacl1 libattr1 libselinux1 libpcre2-8-0 libgmp10; do
    dpkg -L $package
  done | grep '^/' | grep -vE '^/usr/share|/gconv|^/\.$' | sed -E 's#^/(bin|sbin|lib|lib64)(/|$)#/usr/\1\2#; s#^/##' | sort -u |
    tar -C / --no-recursion -cf "$GANTRY_STACKS/gantry-12.tar" bin sbin lib lib64 -T -
  cp "$GANTRY_STACKS/gantry-12.tar" "$GANTRY_STACKS/gantry-12-build.tar"
}
LIB
rm -rf samples/node-hello
mkdir -p samples/node-hello/site
echo served > samples/node-hello/site/index.html
# shellcheck disable=SC2016  # $PORT is the container's
echo 'web: busybox httpd -f -p $PORT -h site' > samples/node-hello/Procfile

before=$(files)
accounts_before=$(accounts)

check "up.sh ends with an app that was deployed by git push" up
if [ $failed != 0 ]; then
  cat /tmp/check.log
  echo "part unit: 0 passed, 1 failed"
  exit
fi
check "the app answers" eventually answers
check "gantryd is the main process of the unit" grep -q gantryd.dll "/proc/$(main)/cmdline"
check "the container has a control group of its own, outside the unit's" is "$(container | wc -l)" 1
check "its limits are in force" limits
running=$(processes)

old=$(main)
check "systemctl restart succeeds" systemctl restart gantry
check "it is another process then" is_another "$old"
check "it is healthy again" eventually healthy
check "the container runs on" is "$(processes)" "$running"
check "the app answers through the new router" eventually answers

old=$(main)
check "systemctl kill -s KILL succeeds" systemctl kill -s KILL gantry
check "systemd starts it again" eventually is_another "$old"
check "it is healthy again after a kill" eventually healthy
check "the container runs on after a kill" is "$(processes)" "$running"
check "the app answers after a kill" eventually answers

check "systemctl daemon-reload succeeds" systemctl daemon-reload
check "the limits stay in force" limits
old=$(main)
check "up.sh can be repeated" up
check "the same daemon runs on" is "$(main)" "$old"
echo another > /var/lib/gantry/program/.key
check "up.sh starts another program" up
check "it is another daemon then" is_another "$old"
check "the container runs on after all that" is "$(processes)" "$running"

check "up.sh down succeeds" up down
check "down leaves nothing that runs" nothing_runs
check "down keeps the data" test -e /var/lib/gantry/data
check "up.sh starts again what ran" up
check "the app answers after down and up" eventually answers

check "up.sh purge succeeds" up purge
check "purge leaves nothing that runs" nothing_runs
check "purge leaves the files that were there before" diff <(echo "$before") <(files)
check "purge leaves the accounts that were there before" is "$(accounts)" "$accounts_before"

echo "part unit: $passed passed, $failed failed"
