#!/bin/bash
# Completes the build root after its packages are installed: build.sh ROOT DOTNET_HOME
set -euo pipefail
root=$1 dotnet=$2

# The SDK beside the runtimes that run.sh copied. Templates, workload manifests and packs come along.
for part in sdk packs sdk-manifests templates library-packs metadata; do
  if [ -d "$dotnet/$part" ]; then cp -a "$dotnet/$part" "$root/usr/share/dotnet/"; fi
done
chown -R 0:0 "$root/usr/share/dotnet"
# The newest Go that was installed is `go`.
for tool in go gofmt; do
  newest=$(cd "$root/usr/lib" && ls -d go-*/bin/$tool | sort -V | tail -1)
  ln -sf "../lib/$newest" "$root/usr/bin/$tool"
done
# Where a build's source, cache, variables and the buildpacks are mounted: the root is read-only.
mkdir -p "$root/build" "$root/cache" "$root/env" "$root/buildpacks"
printf 'gantry-12-build\n' > "$root/etc/gantry-stack"
