#!/usr/bin/env bash
# A control plane with simulated hosts: real agents' code, certificates and connections, one address each, but nothing runs on them.
#   bench/cluster.sh [HOSTS] [CONTAINERS]     1000 hosts and 100000 containers; prints a table in Markdown
# Needs a published program (GANTRY_PROGRAM) and bench/Gantry.Bench built. BENCH_SIZES: containers at which it measures, BENCH_REST: seconds of each
# look at a platform at rest, BENCH_KEEP: the folder stays, and BENCH_RESUME=CONTAINERS goes on with it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh
need_root
HOSTS=${1:-1000} CONTAINERS=${2:-100000}
WORK=/var/lib/gantry-bench-cluster
PROGRAM=${GANTRY_PROGRAM:-/var/cache/gantry/program}
BENCH=bench/Gantry.Bench/bin/Release/net10.0/Gantry.Bench
API=http://198.19.0.1:7290 NET=198.19 SPACE=gantry-sim SQL_PORT=7293
pids=()

finish() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  # It asks the records which host it is.
  [ ! -e $WORK/gantry.json ] || dotnet "$PROGRAM/server/gantryd.dll" stop-host --config $WORK/gantry.json || true
  [ ! -e $WORK/sql/postmaster.pid ] || as_postgres "$(pg)/pg_ctl" -D $WORK/sql -m fast -w stop >/dev/null || true
  # With its namespace the addresses, the link and the routes over it go.
  ip netns del $SPACE 2>/dev/null || true
  ip link del gsim0 2>/dev/null || true
  [ -n "${BENCH_KEEP:-}" ] || rm -rf $WORK /run/gantry-bench-cluster
}
trap finish EXIT

pg() { ls -d /usr/lib/postgresql/*/bin | tail -1; }
as_postgres() { runuser -u postgres -- "$@"; }
sql() { as_postgres psql -h 127.0.0.1 -p $SQL_PORT -d gantry -Atc "$1"; }
api() { curl -fsS -H "Authorization: Bearer $(cat $WORK/token)" -H 'Content-Type: application/json' "$@"; }
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
tree_ticks() { local p t=0; for p in "$@"; do [ ! -r "/proc/$p/stat" ] || t=$((t + $(ticks "$p"))); done; echo $t; }
rss() { awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }
running() { sql "select count(*) from containers where state = 'Running' and wanted"; }
row() { printf '| %s | %s |\n' "$1" "$2"; }

# Waits until as many containers run; prints the seconds.
until_running() { # COUNT SECONDS
  local began; began=$(now)
  for _ in $(seq $((2 * $2))); do
    [ "$(running)" -lt "$1" ] || { since "$began"; return 0; }
    sleep 0.5
  done
  die "after $2 s $(running) of $1 containers run (log: $WORK/gantryd.log)"
}

network() {
  local i
  ip netns del $SPACE 2>/dev/null || true
  ip netns add $SPACE
  ip link add gsim0 type veth peer name eth0 netns $SPACE
  ip addr add $NET.0.1/16 dev gsim0
  ip link set gsim0 up
  ip -n $SPACE link set lo up
  ip -n $SPACE link set eth0 up
  for i in $(seq 257 $((HOSTS + 256))); do echo "addr add $NET.$((i / 256)).$((i % 256))/16 dev eth0"; done | ip -n $SPACE -batch -
  # Containers' addresses are all this namespace's own.
  ip -n $SPACE route add local 10.192.0.0/10 dev lo
  # A thousand neighbours on one link are more than the kernel keeps by default.
  sysctl -qw net.ipv4.neigh.default.gc_thresh1=4096 net.ipv4.neigh.default.gc_thresh2=8192 net.ipv4.neigh.default.gc_thresh3=16384
}

start_database() {
  as_postgres "$(pg)/pg_ctl" -D $WORK/sql -w -l $WORK/sql/log -o "-p $SQL_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=512MB" start >/dev/null
}

database() {
  install -d -o postgres $WORK/sql
  as_postgres "$(pg)/initdb" -D $WORK/sql -A trust -U postgres >/dev/null
  start_database
  as_postgres psql -h 127.0.0.1 -p $SQL_PORT -qc 'create database gantry'
}

platform() {
  cat > $WORK/gantry.json <<JSON
{ "Gantry": {
  "DataDirectory": "$WORK/data", "RunDirectory": "/run/gantry-bench-cluster", "ProgramDirectory": "$PROGRAM", "InstanceName": "benchc",
  "Store": { "Engine": "postgres", "ConnectionString": "$CONNECTION", "KeyPath": "$WORK/gantry.key" },
  "Api": { "Listen": "$NET.0.1:7290", "PublicUrl": "$API", "MaxContainersPerType": 1000 }, "Edge": { "Listen": "127.0.0.1:7291", "PublicPort": 7291 },
  "Ssh": { "Listen": "127.0.0.1:7292" }, "Hosts": { "Listen": "$NET.0.1:7443" }, "Agent": { "Subnet": "10.207.0.0/16" }
} }
JSON
  dotnet "$PROGRAM/server/gantryd.dll" add-user --config $WORK/gantry.json --username bench --email bench@localhost.invalid --operator > $WORK/token
}

serve() {
  dotnet "$PROGRAM/server/gantryd.dll" serve --config $WORK/gantry.json > $WORK/gantryd.log 2>&1 &
  daemon=$!
  pids+=($daemon)
  wait_for 120 "the start of gantryd (log: $WORK/gantryd.log)" curl -fsS $API/healthz
}

stop() { [ "$1" = 0 ] || { kill "$1" 2>/dev/null || true; wait "$1" 2>/dev/null || true; }; }

hosts() {
  local began; began=$(now)
  : > $WORK/hosts.log
  sql "select id, host, address, started_at from containers where state = 'Running'" > $WORK/running
  nsenter --net=/run/netns/$SPACE $BENCH hosts $API "$(cat $WORK/token)" "https://$NET.0.1:7443" $WORK/hosts $NET.1.1 "$HOSTS" $WORK/running > $WORK/hosts.log 2>&1 &
  pids+=($!)
  simulator=$!
  wait_for 600 "the hosts (log: $WORK/hosts.log)" grep -q joined $WORK/hosts.log
  joined=$(since "$began")
}

# Apps of a hundred containers each, as if they had been deployed and ran.
fill() { # FROM TO, in containers [AMOUNT of each app]
  $BENCH fill "$CONNECTION" $WORK/gantry.key bench $(($1 / 100)) $((($2 - $1) / 100)) "${3:-100}"
}

# Share of a core over a minute.
REST=${BENCH_REST:-60}
at_rest() { # PID...
  local before; before=$(tree_ticks "$@")
  sleep "$REST"
  awk -v a="$before" -v b="$(tree_ticks "$@")" -v hz="$(getconf CLK_TCK)" -v s="$REST" 'BEGIN { printf "%.1f %%", (b - a) / hz / s * 100 }'
}

postgres_pids() { pgrep -P "$(head -1 $WORK/sql/postmaster.pid)"; head -1 $WORK/sql/postmaster.pid; }

# Seconds of the processor so far, of gantryd, PostgreSQL and the simulated hosts: they share the machine.
spent() { echo "$(ticks "$daemon") $(tree_ticks $(postgres_pids)) $(ticks "$simulator")"; }
since_spent() { # BEFORE
  awk -v a="$1" -v b="$(spent)" -v hz="$(getconf CLK_TCK)" 'BEGIN { split(a, x); split(b, y); printf "%.1f, %.1f, %.1f", (y[1] - x[1]) / hz, (y[2] - x[2]) / hz, (y[3] - x[3]) / hz }'
}

scale() { # FIRST COUNT AMOUNT: that many apps to that many containers each
  local i
  local asked=()
  for i in $(seq "$1" $(($1 + $2 - 1))); do
    # What was asked before may be about to end.
    api --retry 50 --retry-all-errors --retry-delay 1 -X POST $API/v1/apps/bench-$(printf %06d "$i")/scale -d "{\"containers\":[{\"name\":\"web\",\"amount\":$3}]}" >/dev/null &
    asked+=($!)
  done
  wait "${asked[@]}"
}

# Ten hosts fall silent, all their connections stay open.
lose() { # NAME of the table, addresses
  nsenter --net=/run/netns/$SPACE nft "add table ip $1; add chain ip $1 in { type filter hook input priority 0; }; add rule ip $1 in ip daddr { $2 } drop"
}

ready() { [ "$(grep -c "is Ready" $WORK/gantryd.log)" -ge "$HOSTS" ]; }
served() { curl -fsS -m 5 -H "Host: bench-000000.apps.localhost" http://127.0.0.1:7291/; }
# Seconds from then until the last of what was made since has this column.
until_column() { awk -v a="$2" -v t="$(sql "select max($1) from containers where id not like 'ct-sim-%'")" 'BEGIN { printf "%.1f", t / 1e7 - a }'; }

measure() { # FROM TO
  local to=$2 lost first began probed used burst
  step "From $1 to $2 containers"
  stop "$daemon"
  stop "$simulator"
  # A run that goes on at the same size has all of it.
  [ "$1" -ge "$2" ] || { fill "$1" "$2"; fill $((90000000 + to)) $((90000000 + to + 2000)) 0; }
  hosts
  began=$(now)
  serve
  wait_for 600 "the first routes" served
  row "$to: gantryd starts until apps are served, s" "$(since "$began")"
  wait_for 600 "all hosts" ready
  row "$to: gantryd starts until all hosts are ready, s" "$(since "$began")"
  sleep "$REST"
  at_rest $(postgres_pids) > $WORK/postgres &
  row "$to at rest: gantryd, share of a core" "$(at_rest "$daemon")"
  wait $!
  row "$to at rest: PostgreSQL, share of a core" "$(cat $WORK/postgres)"
  row "$to at rest: gantryd resident, MiB (most so far)" "$(rss "$daemon") ($(awk '/VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$daemon/status"))"
  [ -z "${BENCH_TRACE:-}" ] || $BENCH_TRACE "$daemon" || true
  # The first is what a process does that has just started; the others, what one does that has done it before.
  for burst in 1 2 3; do
    used=$(spent)
    began=$(now)
    scale 0 10 200
    row "$to, burst $burst: 1,000 more containers of 10 apps are acknowledged, s" "$(since "$began")"
    until_running $((to + 1000)) 600 > /dev/null
    row "$to, burst $burst: processor time until all are ready, s: gantryd, PostgreSQL, the simulated hosts" "$(since_spent "$used")"
    row "$to, burst $burst: the last of them has its place and is started, s" "$(until_column placed_at "$began")"
    row "$to, burst $burst: the last of them is ready, s" "$(until_column ready_at "$began")"
    scale 0 10 100
    wait_for 300 "the end of 1,000 containers" settled "$to"
  done
  probed=$($BENCH routes $API "$(cat $WORK/token)" http://127.0.0.1:7291 "$CONNECTION" $WORK/gantry.key $((900000 + to / 100)) 20)
  row "$to: ready until served by the router, ms: median, worst of 20" "${probed/ /, }"
  sleep 5
  first=$(sql "select string_agg(split_part(address, ':', 1), ', ') from (select address from hosts where address is not null and removed_at is null order by id offset ${offset} limit 10) h")
  lost=$(sql "select string_agg(quote_literal(id), ',') from (select id from hosts where address is not null and removed_at is null order by id offset ${offset} limit 10) h")
  offset=$((offset + 10))
  row "$to: containers on 10 hosts that fall silent" "$(sql "select count(*) from containers where host in ($lost) and state = 'Running'")"
  began=$(now)
  lose "lost$offset" "$first"
  wait_for 600 "the recovery of 10 hosts" recovered "$to" "$lost"
  row "$to: all of them run elsewhere, s after the silence began" "$(since "$began")"
  nsenter --net=/run/netns/$SPACE nft delete table ip "lost$offset"
}
settled() { [ "$(sql "select count(*) from containers where state <> 'Stopped'")" -eq "$1" ]; }
recovered() { [ "$(sql "select count(*) from containers where state = 'Running' and wanted and host not in ($2)")" -ge "$1" ]; }

mkdir -p $WORK
CONNECTION="Host=127.0.0.1;Port=$SQL_PORT;Database=gantry;Username=postgres"
offset=0
step "A database, a platform and $HOSTS hosts"
network
printf '\n| | |\n|---|---|\n'
if [ -n "${BENCH_RESUME:-}" ]; then
  start_database
  daemon=0 simulator=0
else
  database
  platform
  serve
  row "no host, at rest: gantryd, share of a core" "$(at_rest "$daemon")"
  hosts
  # The machine of Control itself can run something, so it takes nothing here.
  sql "update hosts set cordoned = true where address is null" >/dev/null
  row "$HOSTS hosts join, eight at once, s" "$joined"
  wait_for 120 "all hosts" ready
  row "$HOSTS hosts without containers, at rest: gantryd, share of a core" "$(at_rest "$daemon")"
  row "$HOSTS hosts without containers, at rest: gantryd resident, MiB" "$(rss "$daemon")"
fi
from=${BENCH_RESUME:-0}
for to in ${BENCH_SIZES:-$((CONTAINERS / 10)) $CONTAINERS}; do measure $from "$to"; from=$to; done
