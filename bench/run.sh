#!/usr/bin/env bash
# Measures Gantry beside its peers, in the same run on the same machine, and prints tables in Markdown.
#   bench/run.sh                       everything
#   bench/run.sh starts|memory|router|deployment|logs|sampler|crowd|shaping|isolation|ingest|reading
# BENCH_STARTS, BENCH_SECONDS, BENCH_LINES and BENCH_DEPLOYMENTS make a run shorter or longer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh
need_root
only=${1:-all}
WORK=/var/cache/gantry/bench
PROGRAM=${GANTRY_PROGRAM:-/var/cache/gantry/program}
STACK=$GANTRY_STACKS/gantry-12.tar
BENCH=bench/Gantry.Bench/bin/Release/net10.0/Gantry.Bench
mkdir -p $WORK/host $WORK/tmp
pids=()

wants() { [ "$only" = all ] || [ "$only" = "$1" ]; }
head_of() { printf '\n### %s\n\n' "$1"; }
finish() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  stop_platform
  stop_docker
  rm -rf $WORK/tmp $WORK/host/logs
}
trap finish EXIT

prepare() {
  install_packages "${GANTRY_PACKAGES[@]}" docker.io containerd iptables nginx-light haproxy wrk procps nodejs rsyslog rsyslog-openssl openssl
  build_stacks
  publish "$PROGRAM"
  step "Building the measuring programs"
  dotnet build bench/Gantry.Bench -c Release --nologo -v q -m:1 >&2
  gcc -O2 -static -o $WORK/line-writer bench/line-writer.c
  mkdir -p $WORK/attack
  gcc -O2 -static -o $WORK/attack/bombs tests/Gantry.Agent.Tests/Isolation/bombs.c
}

# --- peers ---------------------------------------------------------------------------------------------------------

# In a network namespace of its own the engine leaves the host's packet filter alone.
engine= docker_pids=()
# The engine and its shims, without the containers: what they take of the processor outlives a shim here.
engine_group=/sys/fs/cgroup/gantry-bench-engine
[ ! -d /sys/fs/cgroup/cpuacct ] || engine_group=/sys/fs/cgroup/cpuacct/gantry-bench-engine
start_docker() {
  step "Starting a Docker engine"
  # A run that was killed has left it.
  ip netns del gantry-bench 2>/dev/null || true
  ip netns add gantry-bench
  nsenter --net=/run/netns/gantry-bench ip link set lo up
  mkdir -p $engine_group
  (
    echo $BASHPID > $engine_group/cgroup.procs
    exec nsenter --net=/run/netns/gantry-bench eng/docker-engine /run/gantry-bench $WORK/docker
  ) &
  engine=$!
  export DOCKER_HOST=unix:///run/gantry-bench/docker.sock
  wait_for 60 "the start of dockerd (log: /run/gantry-bench/dockerd.log)" docker info
  docker_pids=($(pgrep -P $engine 'containerd|dockerd'))
  docker image inspect stack >/dev/null 2>&1 || { step "Importing the stack into Docker"; docker import "$STACK" stack >/dev/null; }
}
stop_docker() {
  [ -z "$engine" ] || { kill $engine 2>/dev/null || true; wait $engine 2>/dev/null || true; }
  engine= docker_pids=()
  ip netns del gantry-bench 2>/dev/null || true
  rmdir $engine_group 2>/dev/null || true
}

# --- a platform ----------------------------------------------------------------------------------------------------

HOME_DIR=/var/lib/gantry-bench
API=http://127.0.0.1:7190
gantryd() { dotnet "$PROGRAM/server/gantryd.dll" "$@" --config $HOME_DIR/gantry.json; }
gantry() { HOME=$HOME_DIR GANTRY_URL=$API GANTRY_API_TOKEN=$(cat $HOME_DIR/token) NO_COLOR=1 "$PROGRAM/cli/gantry" "$@"; }
platform=
start_platform() {
  [ -z "$platform" ] || return 0
  step "Starting a platform"
  rm -rf $HOME_DIR
  mkdir -p $HOME_DIR/data $WORK/platform/blobs $WORK/platform/layers
  # Blobs and unpacked stacks are large and the same for all runs.
  ln -s $WORK/platform/blobs $WORK/platform/layers $HOME_DIR/data/
  local ca=null npmrc=null
  if ls /usr/local/share/ca-certificates/*.crt >/dev/null 2>&1; then ca='"/etc/ssl/certs/ca-certificates.crt"'; fi
  [ ! -s ~/.npmrc ] || npmrc=\"$HOME/.npmrc\"
  cat > $HOME_DIR/gantry.json <<JSON
{ "Gantry": {
  "DataDirectory": "$HOME_DIR/data", "RunDirectory": "/run/gantry-bench-platform", "ProgramDirectory": "$PROGRAM", "InstanceName": "benchp",
  "Api": { "Listen": "127.0.0.1:7190", "PublicUrl": "$API" }, "Edge": { "Listen": "127.0.0.1:7191", "PublicPort": 7191 },
  "Ssh": { "Listen": "127.0.0.1:7192" }, "Hosts": { "Listen": "" }, "Build": { "CaBundle": $ca, "NpmConfig": $npmrc }, "Builder": { "BuildpacksDirectory": "$HOME_DIR/buildpacks" },
  "Control": { "Sizes": { "M": { "LogLinesPerMinute": 0, "LogBytesPerMinute": 0 } } }
} }
JSON
  cp -r "$PROGRAM/buildpacks" $HOME_DIR/
  time_buildpack $HOME_DIR/buildpacks/nodejs/bin
  gantryd import-stack gantry-12 --run "$STACK" --build "$GANTRY_STACKS/gantry-12-build.tar" 2>/dev/null
  gantryd add-user --username bench --email bench@localhost.invalid --operator > $HOME_DIR/token
  dotnet "$PROGRAM/server/gantryd.dll" serve --config $HOME_DIR/gantry.json > $HOME_DIR/gantryd.log 2>&1 &
  platform=$!
  wait_for 60 "the start of gantryd (log: $HOME_DIR/gantryd.log)" curl -fsS $API/healthz
  ssh-keygen -q -t ed25519 -N '' -f $HOME_DIR/id
  gantry keys-add bench $HOME_DIR/id.pub >/dev/null
}
time_buildpack() { # BIN: its compile says when it began and ended
  mv "$1/compile" "$1/compile-untimed"
  cat > "$1/compile" <<'SH'
#!/bin/bash
echo "BENCH-FROM $(date +%s%N)"
"$(dirname "$0")/compile-untimed" "$@" || exit
echo "BENCH-TO $(date +%s%N)"
SH
  chmod +x "$1/compile"
}
stop_platform() {
  [ -n "$platform" ] || return 0
  kill $platform
  wait $platform || true
  gantryd stop-host
  rm -rf $HOME_DIR /run/gantry-bench-platform
  platform=
}
push() { # APP FOLDER: as a user would; prints the build output
  GIT_SSH_COMMAND="ssh -i $HOME_DIR/id -o IdentitiesOnly=yes -o UserKnownHostsFile=$HOME_DIR/known -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR" \
    git -C "$2" push -f "ssh://git@127.0.0.1:7192/$1.git" main 2>&1
}
commit() { # FOLDER
  [ -d "$1/.git" ] || git -C "$1" init -q -b main
  date +%s%N > "$1/stamp"
  git -C "$1" add -A
  git -C "$1" -c user.name=bench -c user.email=bench@localhost.invalid commit -qm bench
}

# --- what is measured ----------------------------------------------------------------------------------------------

starts() {
  start_docker
  step "Container starts"
  head_of "Container start, order to running process, ms"
  echo '| | p50 | p95 | best |'
  echo '|---|---|---|---|'
  $BENCH starts "$PROGRAM" "$STACK" $WORK/host "${BENCH_STARTS:-100}"
  stop_docker
}

logs() {
  start_docker
  step "Log throughput"
  head_of "Log of one container to the kept segment, lines of 100 bytes"
  echo '| | lines a write(2) | lines/s | lost |'
  echo '|---|---|---|---|'
  $BENCH logs "$PROGRAM" "$STACK" $WORK/host $WORK/line-writer "${BENCH_LINES:-3000000}"
  stop_docker
}

ingest() {
  start_docker
  step "Starting rsyslog with TLS"
  local d=$WORK/tmp/rsyslog
  mkdir -p $d
  openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2 -keyout $d/key.pem -out $d/cert.pem 2>/dev/null
  cat > $d/rsyslog.conf <<CONF
global(workDirectory="$d" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="$d/cert.pem" defaultNetstreamDriverCertFile="$d/cert.pem" defaultNetstreamDriverKeyFile="$d/key.pem")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
template(name="line" type="string" string="%msg%\\n")
input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="$d/port")
action(type="omfile" file="$d/output" template="line")
CONF
  rsyslogd -n -f $d/rsyslog.conf -i $d/pid & local rsyslog=$!
  pids+=($rsyslog)
  wait_for 30 "the start of rsyslog" test -s $d/port -a -s $d/pid
  step "Log ingest"
  head_of "Lines of 100 bytes until all are kept"
  echo '| | writers × lines a write(2) | lines/s | processor s per million lines | lost |'
  echo '|---|---|---|---|---|'
  $BENCH ingest "$PROGRAM" "$STACK" $WORK/host $WORK/line-writer "${BENCH_LINES:-2000000}" $engine_group $d
  kill $rsyslog
  wait $rsyslog || true
  stop_docker
}

reading() {
  start_docker
  local d=$WORK/tmp/reading lines=${BENCH_READ:-400000} id url name
  id=$(docker run -d -v $WORK/line-writer:/line-writer:ro stack /bin/sh -c "/line-writer $lines 40; exec sleep 100000")
  start_platform
  step "Reading logs"
  mkdir -p $d
  cp $WORK/line-writer $d/
  echo "worker: ./line-writer $lines 40; exec sleep 100000" > $d/Procfile
  rm -rf $d/.git
  gantry create reading >/dev/null
  commit $d
  push reading $d > $WORK/tmp/push.log || { cat $WORK/tmp/push.log; die "the writing app was not deployed"; }
  gantry --app reading scale worker:1 >/dev/null
  wait_for 120 "the end of writing" eval 'gantry --app reading logs -F worker -n 50000 | head -50000 | wc -l | grep -qx 50000'
  url=$(curl -fsS -H "Authorization: Bearer $(jwt)" $API/v1/apps/reading/logs | jq -r .logs_url)
  name=worker-1.$(gantry --app reading ps --format json | jq -r '.[] | select(.type == "worker") | .id')
  head_of "Reading the log of one container, lines of 100 bytes, of $lines (median of 5)"
  echo '| | lines/s |'
  echo '|---|---|'
  timed "Gantry, dump of 50,000 (API)" 50000 "curl -fsS '$url&filter=worker&n=50000' | wc -l"
  timed "Gantry, dump of 50,000 (gantry logs)" 50000 "gantry --app reading logs -F worker -n 50000 | wc -l"
  timed "docker logs --tail 50000" 50000 "docker logs --tail 50000 $id | wc -l"
  # Nobody waits for the ends of followers, which see that their reader has left only when they have something to say.
  timed "Gantry, follow from the first line (API)" "$lines" "grep -c -m $lines '^data: {\"event\":\"log\"' < <(exec curl -fsSN '$url&filter=worker&stream=true&after=$name@0.0.0.0')"
  timed "docker logs -f, from the first line" "$lines" "grep -c -m $lines '' < <(exec docker logs -f $id)"
  docker rm -f "$id" >/dev/null
  stop_platform
  stop_docker
}
jwt() { curl -fsS -X POST -u ":$(cat $HOME_DIR/token)" $API/v1/tokens/exchange | jq -r .token; }
timed() { # NAME LINES COMMAND: which prints how many lines came
  local i from
  for i in 1 2 3 4 5; do
    from=$(date +%s%N)
    [ "$(eval "$3" 2>/dev/null)" = "$2" ] || die "$1: not $2 lines"
    echo $((($(date +%s%N) - from) / 1000))
  done | sort -n | awk -v n="$1" -v l="$2" 'NR == 3 { printf "| %s | %d |\n", n, l * 1e6 / $1 }'
}

crowd() {
  start_docker
  step "A crowd of containers"
  head_of "A host full of idle containers"
  echo '| | |'
  echo '|---|---|'
  $BENCH crowd "$PROGRAM" "$STACK" $WORK/host "${BENCH_CROWD:-500}" "${BENCH_STARTS:-50}"
  stop_docker
}
shaping() {
  step "Bandwidth"
  head_of "Bytes on the link above or below the rate that was set: least, median and most of the containers"
  echo '| containers at once | Mbit/s each | | least | median | most |'
  echo '|---|---|---|---|---|---|'
  $BENCH shaping "$PROGRAM" "$STACK" $WORK/host "${BENCH_SECONDS:-10}"
}
sampler() {
  start_docker
  step "Sampler"
  head_of "Processor time of one sample of all containers"
  echo '| | containers | ms a sample | µs a container | % of one core for 500 every 10 s |'
  echo '|---|---|---|---|---|'
  $BENCH sampler "$PROGRAM" "$STACK" $WORK/host "${BENCH_SAMPLED:-500}" "${BENCH_SAMPLED_DOCKER:-50}" "${docker_pids[@]}"
  stop_docker
}

# The attacks are those that the tests make; the tests ask only that the neighbour answers.
isolation() {
  step "Isolation"
  head_of "Answers of a container while its neighbour attacks, µs"
  echo '| attack | p50 alone | p99 alone | p50 | p99 | p99, change (target within 10 %) |'
  echo '|---|---|---|---|---|---|'
  $BENCH isolation "$PROGRAM" "$STACK" $WORK/host $WORK/attack "${BENCH_SECONDS:-8}"
}

kib() { # PSS|RSS PIDS...: resident memory together
  local field=$1
  shift
  cat $(printf '/proc/%s/smaps_rollup ' "$@") 2>/dev/null | awk -v f="$field:" '$1 == f { s += $2 } END { print s + 0 }'
}
descendants() { ps -o pid= --ppid "$1" | while read -r child; do echo "$child"; descendants "$child"; done; }
row() { # NAME COUNT PIDS...
  local name=$1 count=$2
  shift 2
  local rss pss
  rss=$(kib Rss "$@") pss=$(kib Pss "$@")
  echo "$rss $pss" > "$WORK/tmp/memory-$count"
  echo "| $name | $count | $((rss / 1024)) | $((pss / 1024)) |"
}
slope() { # NAME: a container's share from the rows of 0 and 100
  read -r r0 p0 < $WORK/tmp/memory-0
  read -r r1 p1 < $WORK/tmp/memory-100
  echo "| $1, each container | | $(awk "BEGIN { printf \"%.2f\", ($r1 - $r0) / 102400 }") | $(awk "BEGIN { printf \"%.2f\", ($p1 - $p0) / 102400 }") |"
}

memory() {
  start_platform
  step "Memory"
  mkdir -p $WORK/tmp/idle
  rm -rf $WORK/tmp/idle/.git
  for i in $(seq 10); do echo "idle$i: exec sleep 100000"; done > $WORK/tmp/idle/Procfile
  gantry create idle-app >/dev/null
  commit $WORK/tmp/idle
  push idle-app $WORK/tmp/idle > $WORK/tmp/push.log || { cat $WORK/tmp/push.log; die "the idle app was not deployed"; }
  head_of "Resident memory of the platform with idle containers, MiB"
  echo '| | containers | RSS | PSS |'
  echo '|---|---|---|---|'
  local supervisor
  supervisor=$(cat /run/gantry-bench-platform/supervisor.pid 2>/dev/null || pgrep -f "[G]antry.Supervisor.*gantry-bench-platform" | head -1)
  for each in 0 5 10; do
    gantry --app idle-app scale $(seq -f "idle%g:$each" 10) >/dev/null
    wait_for 300 "$((each * 10)) idle containers" idle_is $((each * 10))
    sleep 8
    # The init of each container is the platform's, the program below it the tenant's.
    row gantry $((each * 10)) $platform $supervisor $(ps -o pid= --ppid "$supervisor") $(descendants $platform)
  done
  slope gantry
  stop_platform
  start_docker
  local ids=()
  for count in 0 50 100; do
    while [ ${#ids[@]} -lt $count ]; do ids+=("$(docker run -d stack sleep 100000)"); done
    sleep 8
    row docker $count "${docker_pids[@]}" $(pgrep -f "[c]ontainerd-shim.*gantry-bench")
  done
  slope docker
  docker rm -f "${ids[@]}" >/dev/null
  stop_docker
}
idle_is() { [ "$(gantry --app idle-app ps --format json | jq '[.[] | select(.state == "running")] | length')" = "$1" ]; }

deployment() {
  start_platform
  step "Deployments"
  local app=$WORK/tmp/app
  cp -r samples/node-60 $app
  gantry create overhead >/dev/null
  local i from to whole build
  : > $WORK/tmp/deployments
  for i in $(seq 0 "${BENCH_DEPLOYMENTS:-10}"); do
    commit $app
    from=$(date +%s%N)
    push overhead $app > $WORK/tmp/push.log || { cat $WORK/tmp/push.log; die "the deployment failed"; }
    to=$(date +%s%N)
    whole=$(((to - from) / 1000000))
    build=$(awk '{ for (i = 1; i < NF; i++) { if ($i == "BENCH-FROM") a = $(i + 1); if ($i == "BENCH-TO") b = $(i + 1) } } END { printf "%d", (b - a) / 1000000 }' $WORK/tmp/push.log)
    # The first one fills the cache.
    [ $i = 0 ] || echo "$((whole - build)) $whole $build" >> $WORK/tmp/deployments
  done
  head_of "git push of a Node.js app with 60 dependencies, warm cache, ms"
  echo '| | p50 | worst |'
  echo '|---|---|---|'
  own_boot "$(ls -td $WORK/platform/layers/*/node_modules | head -1)"
  for i in '1 overhead' '2 whole push' '3 buildpack' "4 of the overhead, the app's own boot (started by hand beside)"; do
    sort -n -k"${i%% *},${i%% *}" $WORK/tmp/deployments | awk -v n="${i#* }" -v f="${i%% *}" '{ v[NR] = $f } END { printf "| %s | %d | %d |\n", n, v[int((NR + 1) / 2)], v[NR] }'
  done
  stop_platform
}

own_boot() { # NODE_MODULES: adds to each deployment how long the app takes to listen without a platform
  local rows row from pid
  mapfile -t rows < $WORK/tmp/deployments
  for row in "${rows[@]}"; do
    from=$(date +%s%N)
    coproc APP { PORT=7199 exec node "$(dirname "$1")/server.js"; }
    pid=$APP_PID # gone with the process
    # It says when it listens.
    read -r -t 60 -u "${APP[0]}" _
    echo "$row $((($(date +%s%N) - from) / 1000000))"
    kill "$pid" && wait "$pid" || true
  done > $WORK/tmp/with-boot
  mv $WORK/tmp/with-boot $WORK/tmp/deployments
}

cpu_ms() { # PIDS...: processor time so far
  cat $(printf '/proc/%s/stat ' "$@") | awk '{ s += $14 + $15 } END { print s * 10 }'
}
router() {
  step "Router"
  local d=$WORK/tmp/router
  mkdir -p $d
  cat > $d/backend.conf <<CONF
daemon off; worker_processes 1; pid $d/backend.pid; error_log $d/backend.log;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
  server { listen 127.0.0.1:7200; location / { default_type text/plain; return 200 "hello from a container\n"; } } }
CONF
  cat > $d/nginx.conf <<CONF
daemon off; worker_processes 2; pid $d/nginx.pid; error_log $d/nginx.log;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000;
  upstream app { server 127.0.0.1:7200; keepalive 512; keepalive_requests 100000000; }
  server { listen 127.0.0.1:7201; location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header Host \$host; proxy_set_header X-Forwarded-For \$remote_addr; proxy_set_header X-Forwarded-Proto http; } } }
CONF
  cat > $d/haproxy.cfg <<CONF
global
  nbthread 2
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
  option forwardfor
frontend f
  bind 127.0.0.1:7202
  default_backend b
backend b
  http-request set-header X-Forwarded-Proto http
  server s 127.0.0.1:7200 pool-max-conn 512
CONF
  nginx -c $d/backend.conf 2>/dev/null & pids+=($!)
  nginx -c $d/nginx.conf 2>/dev/null & local nginx=$!; pids+=($nginx)
  haproxy -f $d/haproxy.cfg & local haproxy=$!; pids+=($haproxy)
  $BENCH route 127.0.0.1:7203 7200 & local own=$!; pids+=($own)
  for port in 7200 7201 7202 7203; do wait_for 30 "an answer on port $port" curl -fsS -H 'Host: bench.apps.localhost' http://127.0.0.1:$port/; done
  head_of "Router in front of one container (nginx), small answers"
  echo '| | connections | requests/s | p50 ms | p99 ms | processor µs a request |'
  echo '|---|---|---|---|---|---|'
  for connections in 32 256; do
    # The first round warms up; the median of the other three counts.
    for round in 0 1 2 3; do
      load nginx 7201 $connections $round $nginx $(descendants $nginx)
      load haproxy 7202 $connections $round $haproxy $(descendants $haproxy)
      load gantry 7203 $connections $round $own
      load "no router" 7200 $connections $round $$
    done
    for name in nginx haproxy gantry "no router"; do
      sort -n "$d/$name-$connections" | awk -v n="$name" -v c=$connections 'NR == 2 { if (n == "no router") $4 = ""; printf "| %s | %d | %d | %.2f | %.2f | %s |\n", n, c, $1, $2, $3, $4 }'
    done
  done
}
load() { # NAME PORT CONNECTIONS ROUND PIDS...
  local name=$1 port=$2 connections=$3 round=$4 before after seconds=${BENCH_SECONDS:-8}
  shift 4
  before=$(cpu_ms "$@")
  wrk -t2 -c"$connections" -d"$seconds"s --latency -H 'Host: bench.apps.localhost' "http://127.0.0.1:$port/" > $WORK/tmp/wrk
  after=$(cpu_ms "$@")
  ! grep -E 'Non-2xx|Socket errors' $WORK/tmp/wrk || note "$name with $connections connections: errors above"
  [ "$round" = 0 ] || awk -v cpu=$((after - before)) '
    function ms(t) { return t ~ /us$/ ? t / 1000 : t ~ /ms$/ ? t + 0 : t * 1000 }
    $1 == "50%" { p50 = ms($2) } $1 == "99%" { p99 = ms($2) } $2 == "requests" && $3 == "in" { n = $1 } $1 == "Requests/sec:" { r = $2 }
    END { printf "%s %s %s %.1f\n", r, p50, p99, cpu * 1000 / n }' $WORK/tmp/wrk >> "$WORK/tmp/router/$name-$connections"
}

prepare
echo "Machine: $(nproc) cores, $(free -g | awk '/Mem/ { print $2 }') GiB, kernel $(uname -r), $(dotnet --version), $(date +%F)"
for what in starts memory router deployment logs ingest reading sampler crowd shaping isolation; do
  if wants $what; then $what; fi
done
