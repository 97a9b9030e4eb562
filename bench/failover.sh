#!/usr/bin/env bash
# How long a cluster takes to get over the loss of its leader, of a host and of a router; and Docker Swarm on the same machine.
#   bench/failover.sh                  everything, 20 losses of each kind; prints a table in Markdown
#   bench/failover.sh gantry|swarm     one of them
# BENCH_RUNS: losses of each kind. Needs a published program (GANTRY_PROGRAM) and the stacks of ./up.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh
need_root
# Of what is waited for, a twentieth of a second: it is measured.
export WAIT_PAUSE=0.05
only=${1:-all}
RUNS=${BENCH_RUNS:-20}
WORK=/var/lib/gantry-bench-failover-$only
export CLUSTER_NAME=fo CLUSTER_DIR=$WORK/cluster CLUSTER_NET=198.18.50 CLUSTER_PROGRAM=${GANTRY_PROGRAM:-/var/cache/gantry/program}
. bench/box.sh
mkdir -p $WORK/took
pids=()

finish() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  [ "$only" = gantry ] || swarm_down
  [ ! -d "$CLUSTER_DIR" ] || eng/cluster net-down >&2 || true
  [ -n "${BENCH_KEEP:-}" ] || rm -rf --one-file-system $WORK
}
trap finish EXIT

since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f\n", b - a }'; }
row() { # LABEL FILE of seconds, one a line
  sort -n "$2" | awk -v label="$1" '{ v[NR] = $1 } END { printf "| %s | %d | %.1f | %.1f |\n", label, NR, (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[NR] }'
}
took() { echo $WORK/took/"$1"; }
fetch() { curl -fsS --connect-timeout 1 --max-time 1 "$@"; }
served_by() { fetch "http://$1/" ${2:+-H "Host: $2"}; }

# --- Gantry --------------------------------------------------------------------------------------------------------

leads() { api "$1" /admin/doctor | jq -e '.checks[] | select(.name == "leader") | .message | startswith("This process leads")'; }

gantry_up() {
  local n
  box_up 3
  for n in one-alone two-wide; do deploy $n; done
  gantry 1 scale --app two-wide web:2 >&2
  wait_for 60 "two containers of the app" running 1 two-wide 2
}

gantry_leader() { # N: it is killed
  local other=$((3 - $1)) began
  began=$(now)
  eng/cluster kill-control "$1"
  wait_for 60 "the taking of a change" scale $other one-alone 2
  since "$began" >> "$(took gantry-leader-taken)"
  wait_for 120 "the end of the change" running $other one-alone 2
  since "$began" >> "$(took gantry-leader-done)"
  eng/cluster start-control "$1"
  wait_for 120 "an answer of the killed process" answers "$1"
  wait_for 60 "its hearing all hosts" hosts_are_ready "$1" 3
  wait_for 60 "the taking of a change" scale $other one-alone 1
  wait_for 120 "the end of the second container" running $other one-alone 1
}

# The host of an app of one container.
host_of() { eng_sql "select c.host from containers c join apps a on a.id = c.app_id where a.name = '$1' and c.state = 'Running'" | sed "s/^fo//"; }
has_place() { [ -n "$(host_of "$1")" ]; }
eng_sql() { psql -h $NET.1 -U gantry -d postgres -Atc "$1"; }

gantry_host() {
  local host began
  host=$(host_of one-alone)
  began=$(now)
  eng/cluster kill-host "$host"
  wait_for 120 "an answer of the app" served_by $NET.1:8080 one-alone.apps.localhost
  since "$began" >> "$(took gantry-host)"
  wait_for 120 "the record of its place" has_place one-alone
  eng/cluster start-host "$host"
  wait_for 120 "the readiness of the host" hosts_are_ready 1 3
}

balance() {
  cat > $WORK/haproxy.cfg <<CFG
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response
frontend edge
  bind $NET.1:8000
  default_backend routers
backend routers
  balance roundrobin
  server one $NET.1:8080 check inter 200ms
  server two $NET.2:8080 check inter 200ms
CFG
  haproxy -db -f $WORK/haproxy.cfg > $WORK/haproxy.log 2>&1 &
  pids+=($!)
  wait_for 30 "an answer of the balancer" served_by $NET.1:8000 two-wide.apps.localhost
}

# Requests one after another for six seconds: failed ones, and the slowest.
ask() { # ADDRESS HOST
  local i end=$((SECONDS + 6))
  while [ $SECONDS -lt $end ]; do
    curl -s -o /dev/null -w '%{http_code} %{time_total}\n' --max-time 10 -H "Host: $2" "http://$1/" || true
  done
}

gantry_router() { # N: the one that does not lead
  ask $NET.1:8000 two-wide.apps.localhost > $WORK/asked &
  local asking=$!
  sleep 1
  eng/cluster kill-control "$1"
  wait $asking
  awk '$1 != 200' $WORK/asked | wc -l >> "$(took gantry-router-failed)"
  wc -l < $WORK/asked >> "$(took gantry-router-asked)"
  awk '{ if ($2 > m) m = $2 } END { print m }' $WORK/asked >> "$(took gantry-router-slowest)"
  eng/cluster start-control "$1"
  wait_for 120 "an answer of the killed process" answers "$1"
  wait_for 60 "its hearing all hosts" hosts_are_ready "$1" 3
}

measure_gantry() {
  local i
  gantry_up
  balance
  for i in $(seq "$RUNS"); do
    step "Gantry, $i of $RUNS: the leader is killed, a router, and a host loses its power"
    if leads 1 >/dev/null 2>&1; then gantry_leader 1; else gantry_leader 2; fi
    if leads 1 >/dev/null 2>&1; then gantry_router 2; else gantry_router 1; fi
    gantry_host
  done
}

# --- Docker Swarm --------------------------------------------------------------------------------------------------

NODES=5 # three managers and two workers
SNET=198.18.51
docker_at() { local n=$1; shift; docker -H "unix:///run/fos$n/docker.sock" "$@"; }

node_on() { # N
  local n=$1 i
  ip netns add "fos$n"
  ip link add "fosv$n" type veth peer name eth0 netns "fos$n"
  ip link set "fosv$n" master fos up
  ip -n "fos$n" link set lo up
  ip -n "fos$n" addr add "$SNET.$((10 + n))/24" dev eth0
  ip -n "fos$n" link set eth0 up
  ip -n "fos$n" route add default via $SNET.1
  rm -f "/run/fos$n/docker.pid" "/run/fos$n/docker.sock"
  # Away from this script's end and from what kills a node: by its own session.
  setsid nsenter --net="/run/netns/fos$n" eng/docker-engine "/run/fos$n" "$WORK/fos$n" >/dev/null 2>&1 < /dev/null &
  echo $! > "$WORK/fos$n.pid"
  disown
  wait_for 60 "the start of dockerd $n (log: /run/fos$n/dockerd.log)" docker_at "$n" info
}

# Everything of a node: the engine's session, its shims, and what runs in the control groups of its containers.
node_processes() { # N
  ps -o pid= -s "$(cat "$WORK/fos$1.pid" 2>/dev/null || echo 0)" || true
  local shim
  for shim in $(pgrep -f "/run/fos$1/containerd.sock" || true); do echo "$shim"; pgrep -P "$shim" || true; done
}
node_off() { # N: the power is cut
  local i all
  ! ip link show "fosv$1" >/dev/null 2>&1 || ip link del "fosv$1"
  for i in $(seq 20); do
    all=$(node_processes "$1" | sort -un)
    [ -n "$all" ] || break
    xargs -r kill -KILL <<< "$all" 2>/dev/null || true
    sleep 0.1
  done
  ! [ -e "/run/netns/fos$1" ] || ip netns del "fos$1"
}

swarm_down() {
  local n
  for n in $(seq $NODES); do
    [ ! -e "$WORK/fos$n.pid" ] || node_off "$n"
    rm -f "$WORK/fos$n.pid"
    ! mountpoint -q "$WORK/fos$n" || umount "$WORK/fos$n"
  done
  ! ip link show fos >/dev/null 2>&1 || ip link del fos
  # The Engine's networks, and what is mounted of its data.
  grep -oE " ($WORK|/run)/fos[^ ]*" /proc/mounts | sort -r | xargs -r umount -l 2>/dev/null || true
  rm -rf --one-file-system /run/fos[1-$NODES]
}

swarm_up() {
  local n
  step "Docker Swarm: three managers, two workers"
  ip link add fos address 02:00:00:00:00:02 type bridge
  ip addr add $SNET.1/24 dev fos
  ip link set fos up
  for n in $(seq $NODES); do node_on "$n"; done
  docker_at 1 swarm init --advertise-addr $SNET.11 --listen-addr $SNET.11:2377 >/dev/null
  local manager worker
  manager=$(docker_at 1 swarm join-token -q manager) worker=$(docker_at 1 swarm join-token -q worker)
  for n in 2 3; do docker_at $n swarm join --token "$manager" --advertise-addr $SNET.1$n $SNET.11:2377 >/dev/null; done
  for n in 4 5; do docker_at $n swarm join --token "$worker" --advertise-addr $SNET.1$n $SNET.11:2377 >/dev/null; done
  mkdir -p $WORK/image/www
  cp "$(command -v busybox)" $WORK/image/busybox
  echo here > $WORK/image/www/index.html
  for n in $(seq $NODES); do tar -C $WORK/image -c . | docker_at "$n" import - web >/dev/null; done
  # The routing mesh needs the kernel's IPVS; ports of the host need it not.
  docker_at 1 service create --detach --no-resolve-image --name alone --constraint node.role==worker --publish mode=host,target=5000,published=5000 \
    --restart-delay 0s --stop-grace-period 1s web /busybox httpd -f -p 5000 -h /www >/dev/null
  wait_for 60 "an answer of the service" swarm_served
}

swarm_served() { served_by $SNET.14:5000 || served_by $SNET.15:5000; }
# A task that was told to end may still answer.
swarm_served_by_one() { [ "$(for n in 4 5; do ! served_by $SNET.1$n:5000 >/dev/null 2>&1 || echo $n; done | wc -l)" = 1 ]; }
swarm_leader() { local n; for n in 1 2 3; do [ "$(docker_at $n node ls --format '{{.Self}} {{.ManagerStatus}}' 2>/dev/null | grep -c '^true Leader')" = 0 ] || echo $n; done; }
swarm_running() { [ "$(timeout 3 docker -H "unix:///run/fos$1/docker.sock" service ps alone --filter desired-state=running --format '{{.CurrentState}}' | grep -c ^Running)" = "$2" ]; }
swarm_scale() { timeout 3 docker -H "unix:///run/fos$1/docker.sock" service scale --detach "alone=$2"; }
swarm_whole() { [ "$(docker_at "$1" node ls --format '{{.Status}}' | grep -c Ready)" = $NODES ]; }

swarm_lose_leader() {
  local leader other began
  leader=$(swarm_leader)
  other=$((leader % 3 + 1))
  began=$(now)
  # The engine alone, as one control process of Gantry: what runs on the machine runs on.
  xargs kill -KILL < "/run/fos$leader/docker.pid"
  wait_for 60 "the taking of a change" swarm_scale $other 2
  since "$began" >> "$(took swarm-leader-taken)"
  wait_for 120 "the end of the change" swarm_running $other 2
  since "$began" >> "$(took swarm-leader-done)"
  node_off "$leader"
  node_on "$leader"
  wait_for 120 "the readiness of all nodes" swarm_whole $other
  wait_for 60 "the taking of a change" swarm_scale $other 1
  wait_for 120 "the end of the second task" swarm_running $other 1
}

swarm_lose_host() {
  local host=4 began leader
  wait_for 60 "service by one worker" swarm_served_by_one
  served_by $SNET.14:5000 >/dev/null 2>&1 || host=5
  leader=$(swarm_leader)
  began=$(now)
  node_off $host
  # There are two workers.
  wait_for 180 "an answer of the other worker" served_by $SNET.1$((9 - host)):5000
  since "$began" >> "$(took swarm-host)"
  node_on $host
  wait_for 120 "the readiness of all nodes" swarm_whole "$leader"
}

measure_swarm() {
  local i
  swarm_up
  for i in $(seq "$RUNS"); do
    step "Swarm, $i of $RUNS: the leader is killed, and a host loses its power"
    swarm_lose_leader
    swarm_lose_host
  done
}

# -------------------------------------------------------------------------------------------------------------------

install_packages haproxy docker.io containerd iptables busybox-static jq procps >&2
[ "$only" = swarm ] || measure_gantry
[ "$only" = gantry ] || measure_swarm
printf '\n| seconds until | runs | p50 | worst |\n|---|---|---|---|\n'
for line in "gantry-leader-taken|Gantry: leader killed, a change is taken" "gantry-leader-done|Gantry: leader killed, the change is carried out" \
  "swarm-leader-taken|Swarm: leader killed, a change is taken" "swarm-leader-done|Swarm: leader killed, the change is carried out" \
  "gantry-host|Gantry: host lost, its app of one container is served again" "swarm-host|Swarm: host lost, its service of one task is served again" \
  "gantry-router-slowest|Gantry: router killed behind HAProxy, slowest answer" "gantry-router-failed|Gantry: router killed behind HAProxy, failed requests (a number)" \
  "gantry-router-asked|Gantry: requests asked in each run (a number)"; do
  [ ! -e "$(took "${line%%|*}")" ] || row "${line#*|}" "$(took "${line%%|*}")"
done
