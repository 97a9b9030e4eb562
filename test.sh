#!/usr/bin/env bash
# Installs what the tests need, builds, and runs all tests. The last line counts them.
#   ./test.sh            everything
#   ./test.sh Router     only test projects whose name contains Router
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. eng/lib.sh
need_root
only=${1:-}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
passed=0 failed=0 skipped=0

install_packages "${GANTRY_PACKAGES[@]}" busybox-static sqlite3 python3 tmux procps libcap2-bin rsyslog rsyslog-openssl \
  docker.io containerd iptables docker-registry postgresql etcd-server nats-server haproxy radosgw ceph-osd ceph-mon
# The JavaScript client of the v1 API is one of the real clients; npm may be there already from another source than Debian.
command -v npm >/dev/null || install_packages nodejs npm
[ -n "$only" ] && [[ "$only" != *EndToEnd* && "$only" != *Build* && "$only" != *buildpacks* ]] || build_stacks

# One project at a time: a test project publishes the supervisor by the way, which must not meet another build of the same rooms.
step "Building the solution"
dotnet build Gantry.slnx -c Release --nologo -v q -m:1
export GANTRY_PROGRAM=${GANTRY_PROGRAM:-/var/cache/gantry/program}
[ -n "$only" ] && [[ "$only" != *EndToEnd* && "$only" != *Agent* ]] || publish "$GANTRY_PROGRAM"

# What a cluster is upgraded from in a test: the build of the commit before this one. A checkout without history is upgraded from itself.
previous() {
  export GANTRY_PREVIOUS_PROGRAM=${GANTRY_PREVIOUS_PROGRAM:-/var/cache/gantry/previous/program}
  local source=/var/cache/gantry/previous/source
  rm -rf "$source"
  mkdir -p "$source"
  if git archive HEAD~1 | tar -x -C "$source"; then
    git -C "$source" init -q
    (cd "$source" && publish "$GANTRY_PREVIOUS_PROGRAM")
  else
    note "No commit before this one is here: the upgrade is from this build to itself"
    GANTRY_PREVIOUS_PROGRAM=$GANTRY_PROGRAM
  fi
}
[ -n "$only" ] && [[ "$only" != *EndToEnd* ]] || previous

count() { # FIELD FILE: the number in the runner's closing summary
  sed -n "s/.* Total: .*$1: \([0-9]*\).*/\1/p; s/.* $1: \([0-9]*\), Errors.*/\1/p" "$2" | tail -1
}

run_tests() { # PROJECT WHAT [words of the runner]
  local project=$1 name=$2 log=$results/log code=0 total bad idle unrun
  shift 2
  step "$name"
  timeout 2100 dotnet run --project "$project" -c Release --no-build -- -noColor -failSkips "$@" >"$log" 2>&1 || code=$?
  total=$(count Total "$log") bad=$(count Failed "$log") idle=$(count Skipped "$log")
  if [ -z "$total" ]; then
    tail -60 "$log"
    note "$name ended with code $code and no summary"
    failed=$((failed + 1))
    return
  fi
  # Tests that are run by hand are no passed ones.
  unrun=$(count 'Not Run' "$log")
  total=$((total - ${unrun:-0}))
  passed=$((passed + total - bad - idle)) failed=$((failed + bad)) skipped=$((skipped + idle))
  if [ "$bad" != 0 ] || [ "$code" != 0 ]; then
    tail -150 "$log"
    [ "$bad" != 0 ] || failed=$((failed + 1))
  fi
  note "$((total - bad - idle)) passed, $bad failed, $idle skipped"
}

# What is about one machine stays out of the second run of the end-to-end tests.
one_machine=()
while read -r name _; do
  case $name in "" | "#"*) ;; *.*) one_machine+=(-method- "*.$name") ;; *) one_machine+=(-class- "*.$name") ;; esac
done <tests/Gantry.EndToEnd.Tests/one-machine.txt

for project in tests/*/*.Tests.csproj; do
  name=$(basename "$project" .csproj)
  [[ -z "$only" || "$name" == *"$only"* ]] || continue
  run_tests "$project" "$name"
  [ "$name" != Gantry.EndToEnd.Tests ] || GANTRY_E2E_HOSTS=3 run_tests "$project" "$name, once more on three joined hosts" "${one_machine[@]}"
done

if [[ -z "$only" || "$only" == buildpacks ]]; then
  step "buildpacks"
  log=$results/buildpacks.log
  tests/buildpacks/run.sh >"$log" 2>&1 || true
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -1)
  if [ -z "$line" ]; then tail -40 "$log"; failed=$((failed + 1)); else
    note "$line"
    good=${line%% passed*} rest=${line#*passed, }
    bad=${rest%% failed*}
    passed=$((passed + good)) failed=$((failed + bad))
    [ "$bad" = 0 ] || tail -80 "$log"
  fi
fi

if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
