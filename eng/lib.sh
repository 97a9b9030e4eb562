# Shared by up.sh and test.sh: progress, packages, builds. Sourced, not run.

GANTRY_STACKS=${GANTRY_STACKS:-/var/cache/gantry/stacks}
# How many times longer a slow (emulated) machine may take.
PATIENCE=${GANTRY_PATIENCE:-1}
started=$SECONDS

step() { printf '\033[1m==> [%3ds] %s\033[0m\n' $((SECONDS - started)) "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
die() { printf '\n !  %s\n' "$*" >&2; exit 1; }

need_root() {
  [ "$(id -u)" = 0 ] || die "Gantry makes containers, so this needs root. Run: sudo $0 $*"
  command -v dotnet >/dev/null || die "The .NET 10 SDK is missing. Install it, then run this again."
}

# Packages of the design's dependency table. crun…nftables run containers, mmdebstrap…jq make stacks,
# openssh-server…git receive code, gcc and zlib link the supervisor ahead of time.
GANTRY_PACKAGES=(
  crun tini nftables iproute2 util-linux e2fsprogs golang-github-containers-common
  mmdebstrap arch-test skopeo umoci zstd xz-utils jq
  openssh-server openssh-client git curl netcat-openbsd ca-certificates
  gcc libc6-dev zlib1g-dev
)

install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  step "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  # The host's own ssh server must not start because Gantry wants the program.
  local policy=/usr/sbin/policy-rc.d made=
  [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' > $policy; chmod +x $policy; made=1; }
  apt-get update -qq || note "the package lists could not be refreshed; going on with the old ones"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/tmp/gantry-apt.log 2>&1 \
    || { [ -z "$made" ] || rm -f $policy; tail -20 /tmp/gantry-apt.log >&2; die "apt-get could not install the packages above (log: /tmp/gantry-apt.log)"; }
  [ -z "$made" ] || rm -f $policy
}

build_stacks() {
  step "Preparing the stack gantry-12 (a first run takes some minutes, later ones none)"
  mkdir -p "$GANTRY_STACKS"
  stacks/build gantry-12 "$GANTRY_STACKS"
}

# Publishes gantryd, gantry and the supervisor into a folder, unless the sources are those it was made from.
publish() {
  local out=$1 key
  key=$( { dotnet --version; git ls-files -co --exclude-standard -- src buildpacks Directory.* global.json | LC_ALL=C sort | xargs -d '\n' sha256sum 2>/dev/null; } | sha256sum | cut -c1-64)
  if [ "$(cat "$out/.key" 2>/dev/null)" = "$key" ]; then
    note "the program is up to date"
    return 0
  fi
  step "Building Gantry"
  rm -rf "$out.new"
  dotnet publish src/Gantry.Supervisor -c Release -o "$out.new/supervisor" --nologo -v q
  dotnet publish src/Gantry.Cli -c Release -o "$out.new/cli" --nologo -v q
  dotnet publish src/Gantry.Server -c Release -o "$out.new/server" --nologo -v q
  cp -r buildpacks "$out.new/buildpacks"
  echo "$key" > "$out.new/.key"
  rm -rf "$out.old"
  [ ! -e "$out" ] || mv "$out" "$out.old"
  mv "$out.new" "$out"
  rm -rf "$out.old"
}

wait_for() { # SECONDS WHAT COMMAND...
  local limit=$(($1 * PATIENCE)) what=$2
  shift 2
  local end=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || die "$what did not happen within $limit s"
    sleep "${WAIT_PAUSE:-0.2}"
  done
}
