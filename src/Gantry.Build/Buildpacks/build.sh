#!/bin/bash
# The build, as it runs inside its sandbox, as the app's user: chooses buildpacks and runs them after the classic
# contract. What it prints goes to the pusher through one named pipe, what it found out to the builder through
# another. Nothing in here is trusted by the host.
#
#   /source/source.tar   the source, checked by the host       /buildpacks   built-in buildpacks, order in ./order
#   /env                 the app's variables, one file each    /cache        kept between builds of the app
#   /gantry-build        this script, the pipes, settings
kit=/gantry-build
exec > "$kit/output" 2>&1 < /dev/null
set -uo pipefail
shopt -s nullglob
umask 022

build=/tmp/build env_dir=/env cache=/cache packs=/buildpacks

topic()  { printf -- '-----> %s\n' "$*"; }
notice() { printf ' !     %s\n' "$@"; }

# report KEY < VALUE: tells the builder.
report() { printf '%s %s\n' "$1" "$(base64 --wrap=0)" > "$kit/result"; }

# fail SENTENCE: ends the build; the sentence becomes the reason of the failed deployment, which the pusher is shown.
fail() {
  printf '%s' "$1" | report failure
  exit 1
}

# A build that filled its disk fails in a hundred ways; this says so once.
explain_disk() {
  local dir free
  for dir in /tmp /app "$cache"; do
    free=$(df --output=avail --block-size=1K "$dir" 2> /dev/null | tail -n 1)
    if [ -n "$free" ] && [ "$free" -lt 1024 ]; then
      if [ "$dir" = "$cache" ]; then
        fail "The build filled its cache (limit ${GANTRY_CACHE_LIMIT:-unknown}). Reset the deployment cache of the app, and deploy again."
      fi
      fail "The build filled its disk (limit ${GANTRY_DISK_LIMIT:-unknown} for the source, its dependencies and temporary files). Make it write less, and deploy again."
    fi
  done
}

without_credentials() { sed -E 's#(://)[^/@ ]*@#\1#g'; }

# The app's variables, as the build sees them. Those that would change how the build itself runs stay out.
export_app_variables() {
  local file name value
  for file in "$env_dir"/*; do
    name=${file##*/}
    case $name in
      PATH|HOME|SHELL|PWD|OLDPWD|IFS|TMPDIR|CDPATH|USER|LOGNAME|PORT|STACK|APP|SOURCE_VERSION|CONTAINER_VERSION) continue ;;
      GIT_DIR|GIT_EXEC_PATH|CPATH|CPPATH|LIBRARY_PATH|ENV|LD_*|DYLD_*|BASH*|SHELLOPTS|PS4|EUID|UID|PPID|GANTRY_*) continue ;;
    esac
    IFS= read -r -d '' value < "$file" || true
    export "$name=$value"
  done
}

# contract BUILDPACK STEP ARGUMENT...: runs bin/STEP of a buildpack.
contract() {
  local script=$1/bin/$2
  shift 2
  [ -x "$script" ] || chmod +x "$script"
  ( export_app_variables; cd "$build" && exec "$script" "$@" )
}

unpack_source() {
  local root=$build
  [ -z "$PROJECT_DIR" ] || root=/tmp/source
  mkdir -p "$root" && tar --extract --file /source/source.tar --directory "$root" --no-same-owner ||
    { explain_disk; fail "The source could not be unpacked; the lines above say why."; }
  [ -n "$PROJECT_DIR" ] || return 0
  [ -d "$root/$PROJECT_DIR" ] && [ ! -L "$root/$PROJECT_DIR" ] ||
    fail "PROJECT_DIR is '$PROJECT_DIR', but the source has no such folder. Correct or remove the variable, and deploy again."
  mv "$root/$PROJECT_DIR" "$build" && rm -rf "$root"
}

is_builtin() { [[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] && [ -d "$packs/$1/bin" ]; }

builtin_names() { tr -s '\n' ' ' < "$packs/order" | sed -e 's/ $//'; }

# local_path PATH: where a folder of the operator is inside, if the operator allowed it.
local_path() {
  local host inside
  while IFS=$'\t' read -r host inside; do
    if [ "$1" = "$host" ] || [[ $1 == "$host"/* ]]; then printf '%s%s' "$inside" "${1#"$host"}"; return; fi
  done < "$kit/local-buildpacks"
  return 1
}

# fetch ADDRESS: leaves a buildpack in a folder of its own and its path in $fetched. It may be the name of a built-in
# one, a git URL with #branch, a .tgz, or a path that the operator allowed.
fetch() {
  local address=$1 url=${1%%#*} branch='' shown path
  [[ $address != *'#'* ]] || branch=${address#*#}
  shown=$(printf '%s' "$address" | without_credentials)
  if is_builtin "$address"; then fetched=$packs/$address; return; fi
  fetched=/tmp/buildpacks-fetched/$(printf '%s' "$address" | sha256sum | cut -c1-16)
  [ ! -d "$fetched" ] || return 0
  mkdir -p "$fetched"
  case $url in
    /*|file://*)
      path=$(local_path "${url#file://}") ||
        fail "The buildpack '$shown' is a path of the host that the operator did not allow for builds. Use the URL of a git repository or of a .tgz archive."
      [ -e "$path" ] || fail "The buildpack '$shown' does not exist on the host."
      if [ -f "$path" ]; then unpack_buildpack "$shown" < "$path"
      elif [ -d "$path/bin" ] && [ -z "$branch" ]; then cp -R "$path/." "$fetched/"
      else clone "file://$path" "$branch" "$shown"; fi ;;
    http://*.tgz|https://*.tgz|http://*.tar.gz|https://*.tar.gz|http://*.tgz\?*|https://*.tgz\?*|http://*.tar.gz\?*|https://*.tar.gz\?*)
      topic "Downloading buildpack: $shown"
      curl --fail --silent --show-error --location --retry 3 --connect-timeout 20 "$url" | unpack_buildpack "$shown" || exit 1 ;;
    *://*|*@*:*)
      topic "Cloning buildpack: $shown"
      clone "$url" "$branch" "$shown" ;;
    *) fail "The buildpack '$shown' is neither built in (built in: $(builtin_names)) nor the URL of a git repository or of a .tgz archive. Correct BUILDPACK_URL or .buildpacks, and deploy again." ;;
  esac
  [ -f "$fetched/bin/compile" ] || flatten "$fetched"
  [ -f "$fetched/bin/compile" ] || fail "The buildpack '$shown' has no bin/compile, so it is not a buildpack."
}

unpack_buildpack() { tar --extract --gzip --directory "$fetched" --no-same-owner || fail "The buildpack '$1' could not be fetched; the lines above say why."; }

# Archives often have one folder round everything.
flatten() {
  local inner=("$1"/*/bin/compile)
  [ ${#inner[@]} = 1 ] || return 0
  mv "${inner[0]%/bin/compile}" "$1.inner" && rm -rf "$1" && mv "$1.inner" "$1"
}

# clone URL BRANCH SHOWN
clone() {
  local GIT_CONFIG_GLOBAL=/tmp/gitconfig
  export GIT_CONFIG_GLOBAL
  # A repository of the operator belongs to another user; the operator allowed it.
  printf '[safe]\n\tdirectory = *\n' > "$GIT_CONFIG_GLOBAL"
  rm -rf "$fetched"
  if git clone --quiet --depth 1 --recurse-submodules ${2:+--branch "$2"} -- "$1" "$fetched" 2> /tmp/clone.log; then return; fi
  # A commit cannot be cloned by name: takes everything and goes there.
  rm -rf "$fetched"
  if [ -n "$2" ] && git clone --quiet --recurse-submodules -- "$1" "$fetched" 2>> /tmp/clone.log &&
    git -C "$fetched" checkout --quiet "$2" 2>> /tmp/clone.log; then return; fi
  without_credentials < /tmp/clone.log
  fail "The buildpack '$3' could not be cloned; the lines above say why. Check the URL and the branch."
}

# choose: fills $chosen with the folders of the buildpacks to run, in order.
choose() {
  local name line listed
  chosen=()
  if [ -n "$BUILDPACK_URL" ]; then
    fetch "$BUILDPACK_URL"; chosen=("$fetched"); must_detect
  elif [ -n "$BUILDPACK_NAME" ]; then
    is_builtin "$BUILDPACK_NAME" ||
      fail "BUILDPACK_NAME is '$BUILDPACK_NAME', but there is no such buildpack. Built in are: $(builtin_names). Correct or remove the variable, and deploy again."
    chosen=("$packs/$BUILDPACK_NAME")
    framework=$(contract "${chosen[0]}" detect "$build") || { framework=$BUILDPACK_NAME; notice "The buildpack '$BUILDPACK_NAME' does not recognise this source; BUILDPACK_NAME uses it all the same."; }
  elif [ -f "$build/.buildpacks" ]; then
    mapfile -t listed < <(sed -e 's/\r$//' -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' -e '/^#/d' -e '/^$/d' "$build/.buildpacks")
    for line in "${listed[@]}"; do fetch "$line"; chosen+=("$fetched"); done
    [ ${#chosen[@]} -gt 0 ] || fail "The file .buildpacks lists no buildpack. List one URL or name a line, or remove the file."
    framework=Multi-buildpack
  else
    while read -r name; do
      [ -n "$name" ] || continue
      if framework=$(contract "$packs/$name" detect "$build" 2> /dev/null); then chosen=("$packs/$name"); return; fi
    done < "$packs/order"
    not_recognised
  fi
}

# own: buildpacks may write into their folders, so the chosen ones among the built-in are copied.
own() {
  local i copies=/tmp/buildpacks
  for i in "${!chosen[@]}"; do
    [[ ${chosen[i]} == "$packs"/* ]] || continue
    mkdir -p "$copies" && cp -R "$packs/lib" "${chosen[i]}" "$copies/" && chmod -R u+w "$copies" ||
      { explain_disk; fail "The build could not be prepared; the lines above say why."; }
    chosen[i]=$copies/${chosen[i]##*/}
  done
}

must_detect() {
  framework=$(contract "${chosen[0]}" detect "$build") ||
    fail "The buildpack of BUILDPACK_URL does not recognise this source (its bin/detect refused). Use another buildpack, or remove the variable to let the platform choose."
}

not_recognised() {
  notice "The source has none of the files by which a language is recognised:" \
    "  Go: go.mod · .NET: *.csproj, *.fsproj, *.sln, *.slnx · Node.js: package.json · PHP: composer.json, index.php" \
    "  Python: requirements.txt, pyproject.toml, Pipfile, setup.py · Ruby: Gemfile" \
    "  static site: index.html, static.json · anything else: a Procfile" \
    "Found in the source root: $(find "$build" -mindepth 1 -maxdepth 1 -printf '%f ' | head -c 500)" \
    "If the app is in a folder of the source, set PROJECT_DIR; to force a buildpack, set BUILDPACK_NAME to one of" \
    "$(builtin_names), or BUILDPACK_URL to the git URL of another."
  fail "No language was recognised in the source, so there is nothing to build it with. The build output lists what was looked for and how to choose."
}

# compile BUILDPACK: with a cache of its own.
compile() {
  local key=${1##*/} code=0
  mkdir -p "$cache/$key" || { explain_disk; fail "The cache of the app is damaged. Reset the deployment cache of the app, and deploy again."; }
  contract "$1" compile "$build" "$cache/$key" "$env_dir" || code=$?
  [ "$code" = 0 ] && return
  explain_disk
  fail "The buildpack '$framework' failed with exit code $code; the end of the build output says why."
}

# What a buildpack wants the next ones to have in their environment.
source_export() {
  [ -f "$1/export" ] || return 0
  set +u
  # shellcheck disable=SC1091
  . "$1/export"
  set -u
}

report_file() { if [ -f "$build/$1" ]; then head -c 65536 "$build/$1" | report "$2"; fi; }

variable() { if [ -f "$env_dir/$1" ]; then cat "$env_dir/$1"; fi; }
PROJECT_DIR=${GANTRY_PROJECT_DIR:-}
BUILDPACK_URL=$(variable BUILDPACK_URL)
BUILDPACK_NAME=$(variable BUILDPACK_NAME)
unset GANTRY_PROJECT_DIR

unpack_source
choose
own
topic "$framework app detected"
for pack in "${chosen[@]}"; do
  compile "$pack"
  source_export "$pack"
done
last=${chosen[-1]}
if [ -f "$last/bin/release" ]; then
  release=$(contract "$last" release "$build") || fail "The buildpack '$framework' failed in bin/release with exit code $?."
  printf '%s' "$release" | report release
fi
[ -d "$build" ] && [ ! -L "$build" ] ||
  fail "The build removed its own folder or put a link in its place, so there is nothing to pack. Look at what the buildpack does with its first argument."
report_file Procfile procfile
report_file .slugignore slugignore
report done < /dev/null
