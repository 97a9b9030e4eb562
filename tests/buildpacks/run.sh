#!/bin/bash
# Tests the built-in buildpacks: detect, compile and release on the build root of the stack, then the web
# process on the run root, all as an unprivileged user. Ends with "N passed, N failed".
#
#   tests/buildpacks/run.sh [--offline] [PATTERN]     (root; PATTERN selects tests by name)
#
# The stack must be built (stacks/build). --offline leaves out the tests that need the npm registry or NuGet, and says so.
set -uo pipefail
shopt -s nullglob

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
repo=$(cd "$here/../.." && pwd)
offline=; if [ "${1:-}" = --offline ]; then offline=1; shift; fi
pattern=${1:-}
stacks=${GANTRY_STACKS:-/var/cache/gantry/stacks}
roots=/var/cache/gantry/test-roots
source=${GANTRY_TEST_BUILD_DIR:-/build}     # where a build finds the source; /app must work too
work=$(mktemp -d /var/tmp/gantry-buildpacks.XXXXXX)
passed=0 failed=0 port=$((18600 + RANDOM % 300)) server=

# The first process of the server's pid namespace takes all others with it. (The death signal of unshare
# does not reach it: changing the user clears it.)
first_process() { cat "/proc/$1/task/$1/children" 2> /dev/null; }
# shellcheck disable=SC2046
kill_server() { [ -z "$server" ] || { kill -KILL $(first_process "$server") "$server"; wait "$server"; } 2> /dev/null; server=; }
cleanup() { kill_server; rm -rf --one-file-system "$work"; }
trap cleanup EXIT
trap 'exit 130' INT TERM

[ "$(id -u)" = 0 ] || { echo "This test needs root." >&2; exit 2; }

# unpacked NAME: the root, unpacked once for each digest.
unpacked() {
  local digest dir
  digest=$(sed 's/^sha256://' "$stacks/$1.digest" 2> /dev/null) || true
  [ -n "$digest" ] || { echo "The stack $1 is not built: run stacks/build first." >&2; exit 2; }
  dir=$roots/${digest:0:32}
  if [ ! -f "$dir.done" ]; then
    echo "==> unpacking $1" >&2
    rm -rf "$dir"; mkdir -p "$dir"
    tar --extract --numeric-owner --file "$stacks/$1.tar" --directory "$dir" && : > "$dir.done" || exit 2
  fi
  echo "$dir"
}
build_root=$(unpacked gantry-12-build) || exit 2
run_root=$(unpacked gantry-12) || exit 2
# Roots of stacks that were replaced are not kept.
for old in "$roots"/*; do case $old in "$build_root"|"$build_root.done"|"$run_root"|"$run_root.done") ;; *) rm -rf --one-file-system "$old" ;; esac; done

# What an operator gives to every build, here derived from this machine: certificate bundle, npm and NuGet settings.
operator_env=() operator_mounts=()
bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
if [ -f "$bundle" ]; then
  operator_mounts+=("$bundle:/run/gantry/ca.crt:ro")
  for name in SSL_CERT_FILE NODE_EXTRA_CA_CERTS CURL_CA_BUNDLE GIT_SSL_CAINFO PIP_CERT REQUESTS_CA_BUNDLE npm_config_cafile; do
    operator_env+=("$name=/run/gantry/ca.crt")
  done
fi
if [ -f ~/.npmrc ]; then operator_mounts+=("$HOME/.npmrc:/run/gantry/npmrc:ro"); operator_env+=("npm_config_userconfig=/run/gantry/npmrc"); chmod_npmrc=1; fi
for name in npm_config_registry NUGET_CERT_REVOCATION_MODE http_proxy https_proxy no_proxy; do
  if [ -n "${!name:-}" ]; then operator_env+=("$name=${!name}"); fi
done
# The build user must be able to read it: a copy, in a folder only root can enter on this side.
if [ -n "${chmod_npmrc:-}" ]; then
  mkdir -m 0700 "$work/operator"; install -m 0444 ~/.npmrc "$work/operator/npmrc"
  operator_mounts=("${operator_mounts[@]/#$HOME\/.npmrc:/$work/operator/npmrc:}")
fi

ok()  { passed=$((passed + 1)); printf 'ok    %s\n' "$test"; }
bad() { failed=$((failed + 1)); printf 'FAIL  %s: %s\n' "$test" "$1"; shift; local file; for file in "$@"; do [ ! -f "$file" ] || tail -40 "$file" | sed 's/^/      | /'; done; }
wanted() { test=$1; [[ -z $pattern || $test == *$pattern* ]]; }

# fresh NAME: an empty application of its own, its cache and its variables.
fresh() {
  app=$work/$1; rm -rf "$app"; mkdir -p "$app/build" "$app/cache" "$app/env"
}
sample() { fresh "$1"; cp -a "$repo/samples/$1/." "$app/build/"; rm -rf "$app"/build/{node_modules,bin,obj,.gantry}; }

# on_build COMMAND...: as a build runs it. Output in $app/out.
on_build() {
  rm -rf "$app/scratch"; mkdir "$app/scratch"
  chown -R 20000:20000 "$app/build" "$app/cache" "$app/env"
  unshare --mount --pid --fork --kill-child "$here/inside" "$build_root" "$app/scratch" \
    "$repo/buildpacks:/buildpacks:ro" "$app/build:$source" "$app/cache:/cache" "$app/env:/env:ro" "${operator_mounts[@]}" -- \
    /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/app STACK=gantry-12 "${operator_env[@]}" "$@" > "$app/out" 2>&1 < /dev/null
}
detect_first() {
  on_build /bin/bash -c 'for name in $(cat /buildpacks/order); do if said=$(/buildpacks/$name/bin/detect $1); then echo "$name: $said"; exit 0; fi; done; exit 1' - "$source"
}
compile() { on_build "/buildpacks/$1/bin/compile" "$source" /cache /env; }
release() { on_build "/buildpacks/$1/bin/release" "$source"; }

# serve COMMAND: as a container runs it; answers on $port. Output in $app/log.
serve() {
  port=$((port + 1))
  rm -rf "$app/scratch"; mkdir "$app/scratch"
  unshare --mount --pid --fork --kill-child "$here/inside" "$run_root" "$app/scratch" "$app/build:/app" -- \
    /usr/bin/env -i PATH=/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/app PORT=$port APP="${test%% *}" STACK=gantry-12 \
    CONTAINER=web-1 CONTAINER_MEMORY=268435456 \
    /usr/bin/tini -g -- /bin/bash -c 'cd /app; for f in .profile.d/*; do [ ! -f "$f" ] || . "$f"; done; exec /bin/bash -c "$1"' - "$1" > "$app/log" 2>&1 < /dev/null & server=$!
  local i
  for ((i = 0; i < 150; i++)); do
    kill -0 $server 2> /dev/null || return 1
    if (exec 3<> /dev/tcp/127.0.0.1/$port) 2> /dev/null; then return 0; fi
    sleep 0.1
  done
  return 1
}
get() { curl --silent --show-error --max-time 10 --noproxy '*' "http://127.0.0.1:$port$1" 2>&1; }
# stop: SIGTERM, and it has to end within 10 s. TERM goes to the first process in the container.
stop() {
  local inner i
  [ -n "$server" ] || return 0
  inner=$(first_process "$server")
  # shellcheck disable=SC2086
  [ -z "$inner" ] || kill -TERM $inner
  for ((i = 0; i < 100; i++)); do kill -0 $server 2> /dev/null || break; sleep 0.1; done
  if kill -0 $server 2> /dev/null; then kill_server; return 1; fi
  wait $server 2> /dev/null; server=
}
web_of() { if grep -qs '^web:' "$app/build/Procfile"; then sed -nE 's/^web:[[:space:]]*//p' "$app/build/Procfile"; else sed -nE "s/^  web: '(.*)'\$/\\1/p" "$app/out" | sed "s/''/'/g"; fi; }

# sample_test SAMPLE BUILDPACK PATH TEXT: the whole way from source to an answer.
sample_test() {
  wanted "$1 is built and serves" || return 0
  [ -z "${4:-}" ] && return 0
  sample "$1"
  detect_first && [[ $(cat "$app/out") == "$2: "* ]] || { bad "detected as $(cat "$app/out")"; return; }
  compile "$2" || { bad "compile failed" "$app/out"; return; }
  cp "$app/out" "$app/compile.out"
  grep -q '^-----> ' "$app/out" || { bad "the output has no step lines" "$app/out"; return; }
  release "$2" || { bad "release failed" "$app/out"; return; }
  local web answer; web=$(web_of)
  [ -n "$web" ] || { bad "no web command" "$app/out"; return; }
  serve "$web" || { bad "'$web' does not listen" "$app/log"; return; }
  answer=$(get "$3")
  [[ $answer == *"$4"* ]] || { bad "GET $3 answered: $answer" "$app/log"; stop; return; }
  ok
  local extra; for extra in "${@:5}"; do "$extra"; done
  test="$1 stops on SIGTERM"
  if stop; then ok; else bad "still running after 10 s" "$app/log"; fi
}
check() { test=$1; shift; if "$@"; then ok; else bad "$*" "$app/log"; fi; }
has_type() { [[ $(curl -sI --noproxy '*' "http://127.0.0.1:$port$1" | tr -d '\r' | sed -nE 's/^[Cc]ontent-[Tt]ype: //p') == "$2"* ]]; }
has_status() { [ "$(curl -s -o /dev/null -w '%{http_code}' --noproxy '*' "http://127.0.0.1:$port$1")" = "$2" ]; }
upgrades() {
  curl -si --max-time 2 --noproxy '*' -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
    -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' "http://127.0.0.1:$port$1" > "$app/upgrade"
  grep -q '^HTTP/1.1 101 ' "$app/upgrade"      # curl itself ends by its time limit: the connection stays open
}
logged() { sleep 0.3; grep -q "$1" "$app/log"; }

static_extra() {
  check "static-hello content type of css" has_type /style.css text/css
  check "static-hello content type of mjs" has_type /app.mjs text/javascript
  check "static-hello 404 page" has_status /nothing 404
  check "static-hello logs requests" logged 'GET /'
}
php_extra() {
  get /log > /dev/null
  check "php-hello error_log reaches the log" logged 'a line for the log'
  check "php-hello front controller" has_status /nothing 404
}
node_extra() {
  check "node-hello logs requests" logged 'GET / 200'
  check "node-hello runs without npm" test "$web" = "node server.js"
  check "node-hello upgrades to WebSocket" upgrades /ws
  local slow=$app/slow
  get '/slow?ms=1500' > "$slow" & local curl=$!
  sleep 0.4
  test="node-hello finishes requests after SIGTERM"
  stop; wait $curl
  if [ "$(cat "$slow")" = "slept 1500 ms" ]; then ok; else bad "$(cat "$slow")" "$app/log"; fi
  serve "node server.js" || true
}

# refused NAME BUILDPACK TEXT: compile must fail and say TEXT.
refused() {
  test=$1
  if compile "$2"; then bad "compile succeeded" "$app/out"
  elif ! grep -qF -- "$3" "$app/out"; then bad "the message lacks \"$3\"" "$app/out"
  elif ! grep -q '^ !  ' "$app/out"; then bad "no error line" "$app/out"
  else ok; fi
}
built() {
  test=$1
  if ! compile "$2"; then bad "compile failed" "$app/out"
  elif [ -n "${3:-}" ] && ! grep -qF -- "$3" "$app/out"; then bad "the output lacks \"$3\"" "$app/out"
  else ok; fi
}

echo "==> stack $(cat "$stacks/gantry-12.digest")"

# ---- every sample, from source to an answer
sample_test go-hello       go       / 'Hello from go-hello in Go'
sample_test dotnet-hello   dotnet   / 'Hello from dotnet-hello in .NET 10'
sample_test php-hello      php      / 'Hello from php-hello in PHP 8' php_extra
sample_test python-hello   python   / 'Hello from python-hello in Python'
sample_test ruby-hello     ruby     / 'Hello from ruby-hello'
sample_test static-hello   static   / 'Hello from a static site' static_extra
sample_test procfile-hello procfile / 'Hello from a Procfile'

if wanted "release of a Procfile application" && sample procfile-hello; then
  if release procfile && grep -q '^default_process_types: {}' "$app/out"; then ok; else bad "unexpected" "$app/out"; fi
fi

# ---- Node.js, with real packages
if [ -n "$offline" ]; then
  echo "left out: everything with packages from the npm registry or NuGet (--offline)"
else
  sample_test node-hello nodejs / 'Hello from node-hello' node_extra
  sample_test node-60    nodejs / 'with 60 dependencies'
  if wanted "node: a second build takes the dependencies from the cache" && [ -d "$work/node-60/cache" ]; then
    app=$work/node-60; rm -rf "$app/build"; mkdir "$app/build"; cp -a "$repo/samples/node-60/." "$app/build/"; rm -rf "$app/build/node_modules"
    built "$test" nodejs "unchanged, from the cache"
    check "node: development dependencies are gone" test ! -e "$app/build/node_modules/prettier"
    check "node: dependencies are there" test -e "$app/build/node_modules/express/package.json"
  fi
  if wanted "node: yarn" && fresh yarn; then
    echo '{"name":"y","dependencies":{"ms":"2.1.3"},"scripts":{"start":"node -e 1","build":"echo built > built"}}' > "$app/build/package.json"
    printf '# yarn lockfile v1\n\n\nms@2.1.3:\n  version "2.1.3"\n  integrity sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==\n' > "$app/build/yarn.lock"
    built "$test" nodejs "yarn 1."
    check "node: yarn installed" test -f "$app/build/node_modules/ms/package.json"
    check "node: the build script ran" test -f "$app/build/built"
  fi
  if wanted "node: pnpm" && fresh pnpm; then
    echo '{"name":"p","packageManager":"pnpm@9.8.0","dependencies":{"ms":"2.1.3"},"devDependencies":{"he":"1.2.0"}}' > "$app/build/package.json"
    cat > "$app/build/pnpm-lock.yaml" <<'L'
lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .:
    dependencies:
      ms:
        specifier: 2.1.3
        version: 2.1.3
    devDependencies:
      he:
        specifier: 1.2.0
        version: 1.2.0

packages:

  he@1.2.0:
    resolution: {integrity: sha512-F/1DnUGPopORZi0ni+CvrCgHQ5FyEAHRLSApuYWMmrbSwoN2Mn/7k+Gl38gJnR7yyDZk6WLXwiGod1JOWNDKGw==}
    hasBin: true

  ms@2.1.3:
    resolution: {integrity: sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==}

snapshots:

  he@1.2.0: {}

  ms@2.1.3: {}
L
    built "$test" nodejs "pnpm 9.8.0"
    check "node: pnpm installed" test -f "$app/build/node_modules/ms/package.json"
    check "node: pnpm pruned" test ! -e "$app/build/node_modules/he"
  fi
  if wanted "node: engines.node that the stack lacks" && fresh engines; then
    echo '{"name":"e","engines":{"node":"22.x"},"scripts":{"start":"node server.js"}}' > "$app/build/package.json"
    echo 'require("http").createServer((q, s) => s.end(process.version)).listen(process.env.PORT)' > "$app/build/server.js"
    built "$test" nodejs "Node.js 22."
    test="node: runs on the wanted version"
    if serve "node server.js" && [[ $(get /) == v22.* ]]; then ok; else bad "$(get /)" "$app/log"; fi
    stop
  fi
  if wanted "node: lock file does not match" && fresh lock; then
    cp "$repo/samples/node-hello/package-lock.json" "$app/build/"
    sed 's/"ws": .*/"ws": "^8.17.0", "he": "1.2.0"/' "$repo/samples/node-hello/package.json" > "$app/build/package.json"
    refused "$test" nodejs "package.json and package-lock.json do not match"
  fi
  if wanted "node: yarn 4" && fresh yarn4; then
    echo '{"name":"y4","packageManager":"yarn@4.5.0","dependencies":{"ms":"2.1.3"},"scripts":{"start":"node -e 1"}}' > "$app/build/package.json"
    built "$test" nodejs "yarn 4.5.0"
    check "node: yarn 4 installed into node_modules" test -f "$app/build/node_modules/ms/package.json"
  fi
  if wanted "node: install scripts and build scripts run on each build" && fresh scripts; then
    echo '{"name":"s","dependencies":{"ms":"2.1.3"},"devDependencies":{"he":"1.2.0"},"scripts":{"postinstall":"echo post >> log","build":"he --version >> log","heroku-prebuild":"echo pre >> log"}}' > "$app/build/package.json"
    cp "$app/build/package.json" "$app/keep.json"
    built "$test" nodejs "Running build"
    check "node: scripts ran in order" test "$(tr '\n' ' ' < "$app/build/log")" = "pre post v1.2.0 "
    check "node: the tool of the build is pruned" test ! -e "$app/build/node_modules/he"
  fi
  if wanted "dotnet: a package from NuGet" && sample dotnet-hello; then
    sed -i 's#</Project>#<ItemGroup><PackageReference Include="Newtonsoft.Json" Version="13.0.1" /></ItemGroup></Project>#' "$app/build/DotnetHello.csproj"
    built "$test" dotnet
    check "dotnet: the package is published" test -f "$app/build/.gantry/dotnet/DotnetHello/Newtonsoft.Json.dll"
  fi
  if wanted "node: no lock file" && fresh nolock; then
    echo '{"name":"n","dependencies":{"ms":"2.1.3"}}' > "$app/build/package.json"
    built "$test" nodejs "There is no lock file"
  fi
  if wanted "node: a version nobody published" && fresh never; then
    echo '{"name":"n","engines":{"node":"99.x"}}' > "$app/build/package.json"
    refused "$test" nodejs 'No Node.js version satisfies'
  fi
fi

# ---- what must be refused, and how
if wanted "nothing known is not detected" && fresh nothing; then
  echo hello > "$app/build/README.md"
  if detect_first; then bad "detected as $(cat "$app/out")"; else ok; fi
fi
if wanted "an empty folder is not detected" && fresh empty; then
  if detect_first; then bad "detected as $(cat "$app/out")"; else ok; fi
fi
if wanted "node: invalid package.json" && fresh invalid; then
  echo '{"name": "broken",' > "$app/build/package.json"
  refused "$test" nodejs "package.json is not valid"
fi
if wanted "node: package.json that is no object" && fresh invalid; then
  echo '[1]' > "$app/build/package.json"
  refused "$test" nodejs "it is not a JSON object"
fi
if wanted "node: several lock files" && fresh locks; then
  echo '{"name":"x"}' > "$app/build/package.json"; touch "$app/build/yarn.lock" "$app/build/package-lock.json"
  refused "$test" nodejs "several package managers"
fi
if wanted "node: engines.node is no range" && fresh range; then
  echo '{"name":"x","engines":{"node":"the new one"}}' > "$app/build/package.json"
  refused "$test" nodejs "which is no version range"
fi
if wanted "node: a failing build script" && fresh script; then
  echo '{"name":"x","scripts":{"build":"echo reason; exit 3"}}' > "$app/build/package.json"
  refused "$test" nodejs "The script build of package.json failed"
fi
native_module() {
  printf '{"targets":[{"target_name":"answer","sources":["answer.c"]}]}' > "$app/build/binding.gyp"
  cat > "$app/build/answer.c" <<'C'
#include <node_api.h>
static napi_value init(napi_env env, napi_value exports) { napi_value v; napi_create_int32(env, 42, &v); return v; }
NAPI_MODULE(answer, init)
C
  echo 'require("http").createServer((q, s) => s.end(process.version + " " + require("./build/Release/answer.node"))).listen(process.env.PORT)' > "$app/build/server.js"
  echo '{"name":"native","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{"":{"name":"native","version":"1.0.0","hasInstallScript":true'"$1"'}}}' > "$app/build/package-lock.json"
  echo '{"name":"native","version":"1.0.0"'"$1"'}' > "$app/build/package.json"
}
if wanted "node: a native module is compiled" && fresh native; then
  native_module ''
  built "$test" nodejs "npm ci"
  test="node: a native module answers"
  if serve "node server.js" && [[ $(get /) == *" 42" ]]; then ok; else bad "$(get /)" "$app/log"; fi
  stop
fi
if [ -z "$offline" ] && wanted "node: a native module for an own Node.js" && fresh native22; then
  native_module ',"engines":{"node":"22.x"}'
  built "$test" nodejs "Node.js 22."
  test="node: a native module answers on its own Node.js"
  if serve ". .profile.d/nodejs.sh; exec node server.js" && [[ $(get /) == "v22."*" 42" ]]; then ok; else bad "$(get /)" "$app/log"; fi
  stop
fi
if wanted "python: a version that the stack lacks" && fresh py; then
  touch "$app/build/requirements.txt"; echo python-2.7.18 > "$app/build/runtime.txt"
  refused "$test" python "the stack has Python 3."
fi
if wanted "python: the stack's version" && fresh py; then
  touch "$app/build/requirements.txt"; echo 3.11 > "$app/build/.python-version"
  built "$test" python "No dependencies"
fi
if wanted "python: Pipfile without lock" && fresh py; then
  touch "$app/build/Pipfile"
  refused "$test" python "pipenv lock"
fi
if wanted "python: invalid pyproject.toml" && fresh py; then
  echo '[project' > "$app/build/pyproject.toml"
  refused "$test" python "pyproject.toml is not valid"
fi
if wanted "python: a vendored wheel is installed and importable" && fresh pywheel; then
  mkdir "$app/build/vendor"
  on_build /usr/bin/python3 -c '
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/vendor/greeting-1.0.0-py3-none-any.whl", "w") as z:
    info = "greeting-1.0.0.dist-info/"
    z.writestr("greeting.py", "import sys\ndef main(): print(\"hi from\", sys.executable)\n")
    z.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0.0\n")
    z.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    z.writestr(info + "entry_points.txt", "[console_scripts]\ngreet = greeting:main\n")
    z.writestr(info + "RECORD", "".join(f"{n},,\n" for n in z.namelist() + [info + "RECORD"]))' "$source"
  echo 'greeting==1.0.0' > "$app/build/requirements.txt"
  echo 1 > "$app/env/GANTRY_PIP_OFFLINE"
  built "$test" python "1 packages"
  test="python: scripts of the venv run in /app"
  serve 'greet; python3 -c "import greeting; print(greeting.__file__)"; exec python3 -m http.server $PORT' || true
  if logged 'hi from /app/.gantry/python/bin/python' && logged '^/app/.gantry/python/lib'; then ok; else bad "not as expected" "$app/log"; fi
  stop
fi
if wanted "ruby: Gemfile without lock" && fresh rb; then
  touch "$app/build/Gemfile"
  refused "$test" ruby "Gemfile without a Gemfile.lock"
fi
if wanted "ruby: lock file does not match" && sample ruby-hello; then
  echo 'gem "rack"' >> "$app/build/Gemfile"
  refused "$test" ruby "Gemfile and Gemfile.lock do not match"
fi
if wanted "php: invalid composer.json" && fresh php; then
  echo '{' > "$app/build/composer.json"
  refused "$test" php "composer.json is not valid"
fi
if wanted "php: composer.json without packages, public folder" && fresh php; then
  mkdir "$app/build/public"; echo '<?php echo "in public";' > "$app/build/public/index.php"; echo '{"require":{"php":">=8.0"}}' > "$app/build/composer.json"
  built "$test" php "Document root: public"
fi
if wanted "php: composer.lock, autoloader" && fresh php; then
  mkdir "$app/build/src"
  echo '{"require":{"php":">=8.0"},"autoload":{"psr-4":{"App\\":"src/"}}}' > "$app/build/composer.json"
  echo '<?php namespace App; class Greeting { public static function text() { return "autoloaded"; } }' > "$app/build/src/Greeting.php"
  echo '<?php require __DIR__ . "/vendor/autoload.php"; echo App\Greeting::text();' > "$app/build/index.php"
  echo '{"_readme":[],"content-hash":"0","packages":[],"packages-dev":[],"aliases":[],"minimum-stability":"stable","stability-flags":[],"prefer-stable":false,"prefer-lowest":false,"platform":{"php":">=8.0"},"platform-dev":[],"plugin-api-version":"2.3.0"}' > "$app/build/composer.lock"
  built "php: composer.lock" php "composer install --no-dev"
  test="php: autoloader"
  if serve .gantry/php/start && [ "$(get /)" = autoloaded ]; then ok; else bad "$(get /)" "$app/log"; fi
  stop
fi
if wanted "php: composer.lock does not match" && fresh php; then
  echo '{"require":{"php":">=8.0","acme/thing":"^1.0"}}' > "$app/build/composer.json"
  echo '{"_readme":[],"content-hash":"0","packages":[],"packages-dev":[],"aliases":[],"minimum-stability":"stable","stability-flags":[],"prefer-stable":false,"prefer-lowest":false,"platform":{"php":">=8.0"},"platform-dev":[],"plugin-api-version":"2.3.0"}' > "$app/build/composer.lock"
  refused "$test" php "composer.json and composer.lock do not match"
fi
if wanted "go: no main package" && fresh go; then
  printf 'module x\n\ngo 1.19\n' > "$app/build/go.mod"; printf 'package x\n' > "$app/build/x.go"
  refused "$test" go "no main package"
fi
if wanted "go: does not compile" && fresh go; then
  printf 'module x\n\ngo 1.19\n' > "$app/build/go.mod"; printf 'package main\n\nfunc main() { undefined() }\n' > "$app/build/x.go"
  refused "$test" go "The compilation failed"
fi
if wanted "go: a newer go.mod still builds" && fresh go; then
  printf 'module example.com/newer\n\ngo 1.99.1\n\ntoolchain go1.99.4\n' > "$app/build/go.mod"; printf 'package main\n\nfunc main() {}\n' > "$app/build/x.go"
  built "$test" go "go.mod asks for Go 1.99.1"
fi
if wanted "dotnet: nothing to start" && fresh cs; then
  echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>' > "$app/build/L.csproj"
  refused "$test" dotnet "no project that makes a program"
fi
if wanted "dotnet: does not compile" && sample dotnet-hello; then
  echo 'this is no C#' >> "$app/build/Program.cs"
  refused "$test" dotnet "dotnet publish failed"
fi
if wanted "static: a root outside" && fresh st; then
  echo '{"root":"../etc"}' > "$app/build/static.json"
  refused "$test" static "outside the application"
fi
if wanted "static: invalid static.json" && fresh st; then
  echo '{' > "$app/build/static.json"
  refused "$test" static "static.json is not valid"
fi
if wanted "static: single-page application with headers" && fresh st; then
  mkdir "$app/build/dist"; echo 'the one page' > "$app/build/dist/index.html"
  echo '{"root":"dist","routes":{"/**":"index.html"},"headers":{"/**":{"X-Test":"yes"}}}' > "$app/build/static.json"
  built "$test" static "Static site from dist/"
  test="static: routes fall back"
  if serve .gantry/static/start && [ "$(get /some/route)" = "the one page" ] && curl -sI --noproxy '*' "http://127.0.0.1:$port/" | grep -q '^X-Test: yes'; then ok; else bad "$(get /some/route)" "$app/log"; fi
  stop
fi
if wanted "procfile: empty" && fresh pf; then
  touch "$app/build/Procfile"
  refused "$test" procfile "no process type"
fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
