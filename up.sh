#!/usr/bin/env bash
# From a fresh Debian 12 machine with the .NET 10 SDK to a served app.
#   ./up.sh          installs, builds, starts, deploys a sample with git push
#   ./up.sh down     stops everything and keeps the data
#   ./up.sh purge    removes everything that this script made
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. eng/lib.sh

HOME_DIR=${GANTRY_HOME:-/var/lib/gantry}
RUN_DIR=${GANTRY_RUN:-/run/gantry}
API_PORT=${GANTRY_API_PORT:-7080}
EDGE_PORT=${GANTRY_EDGE_PORT:-8080}
SSH_PORT=${GANTRY_SSH_PORT:-2222}
PROGRAM=$HOME_DIR/program
QUICK=$HOME_DIR/quickstart
API=http://127.0.0.1:$API_PORT
APP=my-first-app
UNIT=/etc/systemd/system/gantry.service
# Control groups, interfaces and the packet filter are named after the instance; two on one machine must not meet.
INSTANCE=gantry
[ "$HOME_DIR" = /var/lib/gantry ] || INSTANCE=g$(cksum <<< "$HOME_DIR" | cut -c1-7 | tr -d ' ')
# Where other machines may join; nowhere for a further instance, unless it is told where.
HOSTS_LISTEN=${GANTRY_HOSTS_LISTEN-$([ $INSTANCE != gantry ] || echo 127.0.0.1:7443)}

gantryd() { dotnet "$PROGRAM/server/gantryd.dll" "$@" --config "$HOME_DIR/gantry.json"; }
gantry() { HOME=$QUICK GANTRY_URL=$API GANTRY_API_TOKEN=$(cat "$QUICK/token") "$PROGRAM/cli/gantry" "$@"; }
healthy() { curl -fsS --max-time 2 "$API/healthz"; }
# The unit is for the instance in the default place; others are plain processes.
systemd() { [ -d /run/systemd/system ] && [ $INSTANCE = gantry ]; }
alive() {
  if systemd; then systemctl is-active -q gantry; else
    [ -s "$RUN_DIR/gantryd.pid" ] && kill -0 "$(cat "$RUN_DIR/gantryd.pid")" 2>/dev/null
  fi
}
fail_start() {
  if systemd; then journalctl -u gantry -n 20 --no-pager -o cat; else tail -20 "$HOME_DIR/gantryd.log"; fi >&2
  die "$1. The whole log: $(systemd && echo journalctl -u gantry || echo "$HOME_DIR/gantryd.log")"
}

# Containers run on.
stop_daemon() {
  alive || return 0
  step "Stopping gantryd"
  if systemd; then systemctl stop gantry; else
    local pid
    pid=$(cat "$RUN_DIR/gantryd.pid")
    kill "$pid"
    for _ in $(seq 150); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    ! kill -0 "$pid" 2>/dev/null || kill -KILL "$pid"
    rm -f "$RUN_DIR/gantryd.pid"
  fi
}

stop() {
  stop_daemon
  if systemd && [ -e $UNIT ]; then systemctl disable --now -q gantry; fi
  if [ -e "$HOME_DIR/gantry.json" ] && [ -e "$PROGRAM/server/gantryd.dll" ]; then
    step "Stopping the containers and giving back networks and mounts"
    gantryd stop-host
  fi
}

purge() {
  stop
  step "Removing $HOME_DIR"
  if [ ! -e "$HOME_DIR/.made-git-user" ]; then :
  elif [ -n "$(pgrep -af 'sshd .*-f .*/ssh/sshd_config' | grep -vF " $HOME_DIR/")" ]; then note "the user git stays: another platform on this machine receives pushes with it"
  else userdel git 2>/dev/null || note "the user git could not be removed"; fi
  ! systemd || { rm -f $UNIT; systemctl daemon-reload; }
  [ "$(readlink /usr/local/bin/gantry 2>/dev/null)" != "$PROGRAM/cli/gantry" ] || rm -f /usr/local/bin/gantry
  rm -rf --one-file-system "$HOME_DIR" "$RUN_DIR" "${GANTRY_STACKS:?}"
  rmdir --ignore-fail-on-non-empty "$(dirname "$GANTRY_STACKS")" 2>/dev/null || true
  note "Debian packages that were installed stay: ${GANTRY_PACKAGES[*]}"
}

configure() {
  mkdir -p "$HOME_DIR" "$RUN_DIR" "$QUICK"
  chmod 755 "$HOME_DIR"
  [ -e "$HOME_DIR/gantry.json" ] && return
  # gantryd makes this user if it is missing; purge removes it only then.
  getent passwd git >/dev/null || touch "$HOME_DIR/.made-git-user"
  # A machine behind a proxy with its own certificate authority needs it inside builds too.
  local ca=null npmrc=null nuget=null
  if ls /usr/local/share/ca-certificates/*.crt >/dev/null 2>&1; then ca='"/etc/ssl/certs/ca-certificates.crt"'; fi
  [ ! -s ~/.npmrc ] || npmrc=\"$HOME/.npmrc\"
  [ ! -s ~/.nuget/NuGet/NuGet.Config ] || nuget=\"$HOME/.nuget/NuGet/NuGet.Config\"
  cat > "$HOME_DIR/gantry.json" <<JSON
{
  "Gantry": {
    "InstanceName": "$INSTANCE",
    "DataDirectory": "$HOME_DIR/data",
    "RunDirectory": "$RUN_DIR",
    "ProgramDirectory": "$PROGRAM",
    "Api": { "Listen": "127.0.0.1:$API_PORT", "PublicUrl": "$API" },
    "Edge": { "Listen": "127.0.0.1:$EDGE_PORT", "Domain": "apps.localhost", "PublicPort": $EDGE_PORT },
    "Ssh": { "Listen": "127.0.0.1:$SSH_PORT" },
    "Hosts": { "Listen": "$HOSTS_LISTEN" },
    "Build": { "CaBundle": $ca, "NpmConfig": $npmrc, "NuGetConfig": $nuget }
  }
}
JSON
  chmod 600 "$HOME_DIR/gantry.json"
}

start() {
  if healthy >/dev/null 2>&1 && alive && cmp -s "$PROGRAM/.key" "$RUN_DIR/program.key"; then
    note "gantryd runs already"
    return
  fi
  # Another program was published: it replaces the one that runs.
  stop_daemon
  step "Starting gantryd"
  if systemd; then
    sed "s|@PROGRAM@|$PROGRAM|g; s|@HOME@|$HOME_DIR|g; s|@DOTNET@|$(command -v dotnet)|g" eng/gantry.service > $UNIT
    systemctl daemon-reload
    systemctl enable --now -q gantry
  else
    setsid dotnet "$PROGRAM/server/gantryd.dll" serve --config "$HOME_DIR/gantry.json" >> "$HOME_DIR/gantryd.log" 2>&1 < /dev/null &
    echo $! > "$RUN_DIR/gantryd.pid"
  fi
  local end=$((SECONDS + 60 * PATIENCE))
  until healthy >/dev/null 2>&1; do
    alive || fail_start "gantryd ended at once"
    [ $SECONDS -lt $end ] || fail_start "gantryd does not answer at $API"
    sleep 0.2
  done
  cp "$PROGRAM/.key" "$RUN_DIR/program.key"
}

ssh_accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$SSH_PORT"); }

first_user() {
  if [ ! -s "$QUICK/token" ]; then
    step "Creating the first user"
    (umask 077; gantryd add-user --username admin --email admin@localhost.invalid --operator > "$QUICK/token")
  fi
  [ -s "$QUICK/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C quickstart -f "$QUICK/id_ed25519"
  gantry keys --format json | grep -q '"quickstart"' || gantry keys-add quickstart "$QUICK/id_ed25519.pub" >/dev/null
}

push_sample() {
  gantry info --app $APP >/dev/null 2>&1 || { step "Creating the app $APP"; gantry create $APP >/dev/null; }
  if [ ! -d "$QUICK/$APP/.git" ]; then
    cp -r samples/node-hello "$QUICK/$APP"
    git -C "$QUICK/$APP" init -q -b main
    git -C "$QUICK/$APP" add -A
    git -C "$QUICK/$APP" -c user.name=Gantry -c user.email=gantry@localhost.invalid commit -q -m 'The sample'
    git -C "$QUICK/$APP" remote add gantry "ssh://git@127.0.0.1:$SSH_PORT/$APP.git"
  fi
  export GIT_SSH_COMMAND="ssh -i $QUICK/id_ed25519 -o IdentitiesOnly=yes -o UserKnownHostsFile=$QUICK/known_hosts -o StrictHostKeyChecking=accept-new"
  # So that what is said at the end, 'git push gantry main', works as it stands.
  git -C "$QUICK/$APP" config core.sshCommand "$GIT_SSH_COMMAND"
  if [ "$(git -C "$QUICK/$APP" ls-remote gantry main 2>/dev/null | cut -f1)" = "$(git -C "$QUICK/$APP" rev-parse main)" ]; then
    note "$APP is deployed already"
  else
    step "git push gantry main"
    git -C "$QUICK/$APP" push gantry main
  fi
  wait_for 60 "an answer of http://$APP.apps.localhost:$EDGE_PORT" curl -fsS --max-time 5 -H "Host: $APP.apps.localhost" "http://127.0.0.1:$EDGE_PORT/"
}

summary() {
  cat <<TEXT

  Your app        http://$APP.apps.localhost:$EDGE_PORT
  Its source      $QUICK/$APP   (change it, commit, git push gantry main)
  API             $API   (description: $API/docs)
  Token           $(cat "$QUICK/token")

  gantry login --url $API --api-token $(cat "$QUICK/token")
  gantry --app $APP logs -f

  ./up.sh down    stops everything, keeps the data
  ./up.sh purge   removes everything

TEXT
}

case "${1:-up}" in
  up)
    need_root "$@"
    install_packages "${GANTRY_PACKAGES[@]}"
    build_stacks
    configure
    publish "$PROGRAM"
    start
    step "Importing the stack"
    gantryd import-stack gantry-12 --run "$GANTRY_STACKS/gantry-12.tar" --build "$GANTRY_STACKS/gantry-12-build.tar"
    first_user
    [ -e /usr/local/bin/gantry ] || ln -s "$PROGRAM/cli/gantry" /usr/local/bin/gantry
    wait_for 30 "an answer of the SSH server on port $SSH_PORT" ssh_accepts
    push_sample
    summary
    ;;
  down) need_root "$@"; stop ;;
  purge) need_root "$@"; purge ;;
  *) die "Unknown word '$1'. Use: ./up.sh [down|purge]" ;;
esac
