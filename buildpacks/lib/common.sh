# Shared by the built-in buildpacks. Source it first:
#   . "$(dirname "$(readlink -f "$0")")/../../lib/common.sh"
# It sets strict mode, gives the output conventions and a clean place for tools to write to.

set -euo pipefail
shopt -s nullglob
umask 022

BUILDPACK_DIR=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)

step()   { printf -- '-----> %s\n' "$*"; }
detail() { printf '       %s\n' "$*"; }
warn()   { printf ' !     Warning: %s\n' "$1"; shift; local line; for line in "$@"; do printf ' !     %s\n' "$line"; done; }

# fail MESSAGE [WHAT TO DO...]: ends the build.
fail() {
  local line
  printf ' !\n'
  for line in "$@"; do printf ' !     %s\n' "$line"; done
  printf ' !\n'
  exit 1
}

# Runs a command with its output indented, both streams, and returns its exit code (pipefail). Its standard
# input is empty: nobody can answer a question during a build.
run() {
  "$@" < /dev/null 2>&1 | indent
}
indent() { sed -u -e 's/^/       /'; }

# The first line of a file without comments, spaces and carriage returns.
first_word() { sed -e 's/#.*//' -e 's/[[:space:]]//g' "$1" | grep -m1 . || true; }

# begin BUILD CACHE ENV_DIR: the start of every bin/compile.
begin() {
  [ $# -ge 2 ] || fail "Usage: bin/compile BUILD CACHE [ENV_DIR]"
  [ -d "$1" ] || fail "The build folder $1 does not exist."
  BUILD=$(cd "$1" && pwd)
  mkdir -p "$2"
  CACHE=$(cd "$2" && pwd)
  ENV_DIR=${3:-}
  BUILD_STARTED=$SECONDS
  export_env_dir
  # Tools write to HOME. The one of the container may be read-only, or be the application itself.
  TOOL_HOME=$(mktemp -d "${TMPDIR:-/tmp}/gantry-build.XXXXXX")
  trap 'rm -rf "$TOOL_HOME"' EXIT
  export HOME=$TOOL_HOME TERM=dumb CI=true LC_ALL=C.UTF-8
  # Marks what Gantry's own buildpacks put into the application.
  mkdir -p "$BUILD/.gantry" "$BUILD/.profile.d"
  cd "$BUILD"
}

# The application's variables, one file each, but for those that would change how the build itself runs.
export_env_dir() {
  [ -n "$ENV_DIR" ] && [ -d "$ENV_DIR" ] || return 0
  local file name
  for file in "$ENV_DIR"/*; do
    name=${file##*/}
    [ -f "$file" ] && [[ $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || continue
    case $name in
      PATH|HOME|SHELL|PWD|IFS|TMPDIR|CDPATH|PORT|GIT_DIR|CPATH|CPPATH|LIBRARY_PATH|BASH_ENV|ENV|LD_*|DYLD_*) continue ;;
      BUILD|CACHE|ENV_DIR|BUILDPACK_DIR|TOOL_HOME|BUILD_STARTED) continue ;;
      BASH*|EUID|UID|PPID|SHELLOPTS|PS4|SECONDS) continue ;;
    esac
    export "$name=$(cat "$file")"
  done
}

# profile NAME < script: what a container sources before its command.
profile() { cat > "$BUILD/.profile.d/$1.sh"; }

# cache_restore NAME PATH, cache_save NAME PATH: a folder of the application kept between builds.
cache_restore() {
  [ -d "$CACHE/$1" ] && [ ! -e "$BUILD/$2" ] || return 1
  mkdir -p "$(dirname "$BUILD/$2")"
  cp -a --reflink=auto "$CACHE/$1" "$BUILD/$2"
}
cache_save() {
  rm -rf "${CACHE:?}/$1"
  [ ! -d "$BUILD/$2" ] || cp -a --reflink=auto "$BUILD/$2" "$CACHE/$1"
}

# relocate FILE...: the application is compiled in BUILD and runs in /app.
relocate() {
  [ "$BUILD" != /app ] || return 0
  local file
  for file in "$@"; do
    [ -f "$file" ] && [ ! -L "$file" ] || continue
    if grep -qIF "$BUILD/" "$file"; then sed -i "s#$BUILD/#/app/#g" "$file"; fi
  done
}

# yaml VALUE: as a YAML string.
yaml() { printf "'%s'" "${1//\'/\'\'}"; }

# release_web [COMMAND]: the output of bin/release.
release_web() {
  printf -- '---\naddons: []\nconfig_vars: {}\n'
  if [ -n "${1:-}" ]; then printf 'default_process_types:\n  web: %s\n' "$(yaml "$1")"
  else printf 'default_process_types: {}\n'; fi
}

has_procfile_web() { [ -f Procfile ] && grep -qE '^[[:space:]]*web[[:space:]]*:' Procfile; }

finished() { step "Done in $((SECONDS - BUILD_STARTED)) s"; }
