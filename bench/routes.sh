#!/usr/bin/env bash
# How long a change of a route takes to each of several routers: control processes as eng/cluster makes them on etcd, PostgreSQL and NATS,
# two joined hosts, and an app that is restarted again and again. Prints a table in Markdown.
#   bench/routes.sh [PROCESSES] [RESTARTS]     3 processes and 50 restarts
# Needs a published program (GANTRY_PROGRAM) and bench/Gantry.Bench built. BENCH_MEMBERS: of etcd and of NATS, 1. Stacks that the
# end-to-end tests have unpacked are used again, so those must not run meanwhile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh
need_root
PROCESSES=${1:-3} RESTARTS=${2:-50} HOSTS=2
BENCH=bench/Gantry.Bench/bin/Release/net10.0/Gantry.Bench
# Not below a folder that everybody may write to: sshd would refuse its key command there.
export CLUSTER_NAME=gb CLUSTER_DIR=/var/lib/gantry-bench-routes CLUSTER_NET=198.18.46 CLUSTER_MEMBERS=${BENCH_MEMBERS:-1}
export CLUSTER_PROGRAM=${GANTRY_PROGRAM:-/var/cache/gantry/program} CLUSTER_CACHE=/var/cache/gantry/e2e

finish() {
  local result=$?
  [ $result = 0 ] || tail -n 5 $CLUSTER_DIR/control-*/gantryd.log >&2 || true
  eng/cluster net-down || true
  rm -rf --one-file-system $CLUSTER_DIR
}
trap finish EXIT

api() { echo "http://$CLUSTER_NET.$1:7080"; }
# Not here: it adds a remote to the repository that it is called in.
gantry() { (cd $CLUSTER_DIR && HOME=$CLUSTER_DIR GANTRY_URL=$(api 1) GANTRY_API_TOKEN=$(cat $CLUSTER_DIR/token) NO_COLOR=1 "$CLUSTER_PROGRAM/cli/gantry" "$@"); }
answers() { curl -fsS -m 2 "$(api "$1")/healthz"; }
leads() { curl -fsS -m 5 -H "Authorization: Bearer $(cat $CLUSTER_DIR/token)" "$(api "$1")/admin/doctor" | jq -e '.checks[] | select(.name == "leader") | .message | startswith("This process leads")' >/dev/null; }
ready() { [ "$(gantry hosts --format json | jq '[.[] | select(.status == "ready")] | length')" = $HOSTS ]; }
served() { curl -fsS -m 2 -H 'Host: routes.apps.localhost' "http://$CLUSTER_NET.$1:8080/"; }

mkdir -p $CLUSTER_DIR/app $CLUSTER_CACHE/{blobs,layers,stacks}
step "Engines and $PROCESSES control processes"
eng/cluster net-up
eng/cluster engines-up
eng/cluster add-control >/dev/null
wait_for 60 "an answer of process 1" answers 1
eng/cluster gantryd 1 import-stack gantry-12 --run "$GANTRY_STACKS/gantry-12.tar" --build "$GANTRY_STACKS/gantry-12-build.tar" >/dev/null
eng/cluster gantryd 1 add-user --username bench --email bench@localhost.invalid --operator > $CLUSTER_DIR/token
for n in $(seq 2 "$PROCESSES"); do
  eng/cluster add-control >/dev/null
  wait_for 60 "an answer of process $n" answers "$n"
done
step "$HOSTS hosts"
for _ in $(seq $HOSTS); do eng/cluster add-host "https://$CLUSTER_NET.1:7443" "$(gantry hosts token --format json | jq -r .token)" >/dev/null; done
wait_for 60 "the readiness of the hosts" ready

step "An app"
echo 'web: node server.js' > $CLUSTER_DIR/app/Procfile
# Addresses tell containers apart that are there at the same time, and what they draw as they boot all others.
cat > $CLUSTER_DIR/app/server.js <<'JS'
const run = require('crypto').randomUUID();
const address = Object.values(require('os').networkInterfaces()).flat().find(i => !i.internal && i.family === 'IPv4').address;
require('http').createServer((q, r) => r.end(`${run} ${address}`)).listen(process.env.PORT);
JS
gantry create routes >/dev/null 2>&1
gantry deploy $CLUSTER_DIR/app --app routes >/dev/null 2>&1
for n in $(seq "$PROCESSES"); do wait_for 60 "an answer of the router of process $n" served "$n"; done

edges=()
for n in $(seq "$PROCESSES"); do if leads "$n"; then edges=("$CLUSTER_NET.$n:8080" "${edges[@]}"); else edges+=("$CLUSTER_NET.$n:8080"); fi; done
step "$RESTARTS restarts"
printf '\n| router | ms p50 | ms p95 | worst ms | answers of the old container after one of the new | failed requests |\n|---|---|---|---|---|---|\n'
$BENCH propagation "$(api 1)" "$(cat $CLUSTER_DIR/token)" "Host=$CLUSTER_NET.1;Database=postgres;Username=gantry" $CLUSTER_DIR/gantry.key routes "$RESTARTS" "${edges[@]}"
