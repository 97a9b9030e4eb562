# Shared by failover.sh and outages.sh: a cluster in a box with two control processes. Sourced, not run; who sources it has set WORK and CLUSTER_*.

NET=$CLUSTER_NET

now() { date +%s.%N; }
gantry() { local n=$1; shift; HOME=$WORK NO_COLOR=1 GANTRY_URL=http://$NET.$n:7080 GANTRY_API_TOKEN=$(cat "$WORK/token") "$CLUSTER_PROGRAM/cli/gantry" "$@"; }
api() { local n=$1 path=$2; shift 2; curl -fsS --max-time 3 -H "Authorization: Bearer $(cat "$WORK/token")" -H 'Content-Type: application/json' "$@" "http://$NET.$n:7080$path"; }
answers() { curl -fsS --max-time 1 "http://$NET.$1:7080/healthz"; }
hosts_are_ready() { [ "$(gantry "$1" hosts --format json | jq '[.[] | select(.status == "ready")] | length')" = "$2" ]; } # N HOSTS
running() { [ "$(api "$1" "/v1/apps/$2/ps" | jq '[.containers[] | select(.state == "running")] | length')" = "$3" ]; } # N APP AMOUNT
scale() { api "$1" "/v1/apps/$2/scale" -X POST -d "{\"containers\":[{\"name\":\"web\",\"amount\":$3}]}"; } # N APP AMOUNT

box_up() { # HOSTS
  local n
  step "Gantry: two control processes, PostgreSQL, etcd and NATS of three members, $1 hosts"
  install_packages postgresql postgresql-client etcd-server nats-server jq procps >&2
  eng/cluster net-up
  eng/cluster engines-up
  eng/cluster add-control >/dev/null
  wait_for 60 "control 1" answers 1
  eng/cluster gantryd 1 import-stack gantry-12 --run "$GANTRY_STACKS/gantry-12.tar" --build "$GANTRY_STACKS/gantry-12-build.tar" >&2
  eng/cluster gantryd 1 add-user --username admin --email admin@localhost.invalid --operator > "$WORK/token"
  eng/cluster add-control >/dev/null
  wait_for 60 "control 2" answers 2
  for n in $(seq "$1"); do eng/cluster add-host "https://$NET.1:7443" "$(gantry 1 hosts token --format json | jq -r .token)" >/dev/null; done
  for n in 1 2; do wait_for 120 "the readiness of all hosts" hosts_are_ready $n "$1"; done
}

# An app that answers "here" at once.
deploy() { # APP
  mkdir -p "$WORK/app"
  printf 'web: node server.js\n' > "$WORK/app/Procfile"
  printf "require('http').createServer((q, r) => r.end('here\\\\n')).listen(process.env.PORT);\n" > "$WORK/app/server.js"
  gantry 1 create "$1" >/dev/null
  gantry 1 deploy "$WORK/app" --app "$1" >&2
}
