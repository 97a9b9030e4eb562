#!/usr/bin/env bash
# What apps and the API do while an engine of a cluster is away for a minute: killed, or cut off by a packet filter. All members of it at once.
#   bench/outages.sh [SECONDS [MANNERS [ENGINES]]]   by default 60 "killed cut" "postgres etcd nats"; a table in Markdown; ends with 1 when a request of an app failed or an acknowledged change is gone
# Needs a published program (GANTRY_PROGRAM) and the stacks of ./up.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh
need_root
LENGTH=${1:-60} MANNERS=${2:-killed cut} ENGINES=${3:-postgres etcd nats}
WORK=/var/lib/gantry-bench-outages
export CLUSTER_NAME=ou CLUSTER_DIR=$WORK/cluster CLUSTER_NET=198.18.52 CLUSTER_PROGRAM=${GANTRY_PROGRAM:-/var/cache/gantry/program}
APP=always-on HOST=always-on.apps.localhost
. bench/box.sh
mkdir -p $WORK
bad=0

finish() {
  rm -f $WORK/asking
  nft delete table ip ou_cut 2>/dev/null || true
  [ ! -d "$CLUSTER_DIR" ] || eng/cluster net-down >&2 || true
  [ -n "${BENCH_KEEP:-}" ] || rm -rf --one-file-system $WORK
}
trap finish EXIT

longest() { awk '{ if ($2 > m) m = $2 } END { printf "%.1f", m }'; } # lines of a status and seconds
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }

members() { case $1 in postgres) echo postgres ;; *) echo "$1-1 $1-2 $1-3" ;; esac; }
ports() { case $1 in postgres) echo 5432 ;; etcd) echo "12379, 22379, 32379, 12380, 22380, 32380" ;; nats) echo "14221, 14222, 14223, 16221, 16222, 16223" ;; esac; }
away() { # ENGINE killed|cut
  local m
  case $2 in
    killed) for m in $(members "$1"); do eng/cluster kill-engine "$m"; done ;;
    cut) nft "add table ip ou_cut; add chain ip ou_cut in { type filter hook input priority 0; }; add rule ip ou_cut in ip daddr $NET.1 tcp dport { $(ports "$1") } drop" ;;
  esac
}
back() {
  local m
  case $2 in
    killed) for m in $(members "$1"); do eng/cluster start-engine "$m"; done ;;
    cut) nft delete table ip ou_cut ;;
  esac
}

# Until the file is gone: requests of the app through a router, ten a second.
ask() { # N
  while [ -e $WORK/asking ]; do
    curl -s -o /dev/null -w '%{http_code} %{time_total}\n' --max-time 10 -H "Host: $HOST" "http://$NET.$1:8080/" || true
    sleep 0.1
  done > $WORK/asked-"$1"
}

change() { # N VALUE: prints the status and the seconds, and notes what was acknowledged
  local answer
  echo "$2" >> $WORK/tried
  answer=$(api "$1" /v1/apps/$APP/variables --max-time 45 -X PUT -d "{\"variables\":[{\"name\":\"COUNT\",\"value\":\"$2\"}]}" -o /dev/null -w '%{http_code} %{time_total}' 2>/dev/null || true)
  case $answer in 2??" "*) echo "$2" > $WORK/acknowledged; : > $WORK/tried ;; esac
  echo "$answer"
}
# Until the file is gone: a change a second, by turns at both.
administer() {
  local n=0
  while [ -e $WORK/asking ]; do
    n=$((n + 1))
    change $((n % 2 + 1)) "$1-$n"
    sleep 1
  done > $WORK/changed
}
takes_changes() { local n; for n in 1 2; do case $(change $n "again-$n") in 2??" "*) ;; *) return 1 ;; esac; done; }
kept() {
  local value
  value=$(api 2 /v1/apps/$APP/variables | jq -r '.variables[] | select(.name == "COUNT") | .value')
  [ "$value" = "$(cat $WORK/acknowledged)" ] || grep -qx "$value" $WORK/tried
}

measure() { # ENGINE killed|cut
  local began again done asked failed longest taken refused other slowest n
  step "$1, $2 for $LENGTH s"
  change 1 "before-$1-$2" > /dev/null
  touch $WORK/asking
  for n in 1 2; do ask $n & done
  sleep 2
  away "$1" "$2"
  administer "$1-$2" &
  sleep "$LENGTH"
  back "$1" "$2"
  began=$(now)
  wait_for 120 "the taking of a change by both after $1 was $2" takes_changes
  again=$(since "$began")
  wait_for 120 "the taking of a scale after $1 was $2" scale 1 $APP 3
  wait_for 120 "the third container after $1 was $2" running 1 $APP 3
  done=$(since "$began")
  rm -f $WORK/asking
  wait $(jobs -p)
  asked=$(cat $WORK/asked-1 $WORK/asked-2 | wc -l)
  failed=$(cat $WORK/asked-1 $WORK/asked-2 | grep -vc '^200 ' || true)
  longest=$(cat $WORK/asked-1 $WORK/asked-2 | longest)
  taken=$(grep -c '^2' $WORK/changed || true)
  refused=$(grep -c '^503 ' $WORK/changed || true)
  other=$({ grep -v '^2\|^503 ' $WORK/changed || true; } | cut -d' ' -f1 | sort | uniq -c | awk '{ printf "%s%s of %s", s, $1, $2; s = ", " }')
  slowest=$(longest < $WORK/changed)
  kept && n=yes || n=**no**
  [ "$failed" = 0 ] && [ "$n" = yes ] || bad=1
  printf '| %s | %s | %d, %d, %s | %d, %d, %s | %s | %s | %s | %s |\n' "$1" "$2" "$asked" "$failed" "$longest" "$taken" "$refused" "${other:-none}" "$slowest" "$again" "$done" "$n"
  wait_for 60 "the taking of a scale" scale 1 $APP 2
  wait_for 120 "two containers" running 1 $APP 2
}

box_up 2
deploy $APP
gantry 1 scale --app $APP web:2 >&2
wait_for 60 "two containers" running 1 $APP 2
printf '\n| engine, all members | for %s s | requests of an app, failed, longest in s | changes asked for meanwhile: taken, 503, other | slowest answer, s | taken again, s | a third container runs, s | what was acknowledged is there |\n|---|---|---|---|---|---|---|---|\n' "$LENGTH"
for engine in $ENGINES; do for how in $MANNERS; do measure $engine $how; done; done
[ "$bad" = 0 ]
