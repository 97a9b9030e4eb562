#!/bin/bash
# Completes the run root after its packages are installed: run.sh ROOT DOTNET_HOME
set -euo pipefail
root=$1 dotnet=$2

# .NET is not in Debian: the host's shared runtimes, without the SDK.
home=$root/usr/share/dotnet
mkdir -p "$home/shared"
cp -a "$dotnet/dotnet" "$dotnet/host" "$home/"
for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
  cp -a "$dotnet/shared/$framework" "$home/shared/"
done
for text in LICENSE.txt ThirdPartyNotices.txt; do
  if [ -f "$dotnet/$text" ]; then cp -a "$dotnet/$text" "$home/"; fi
done
chown -R 0:0 "$home"
ln -sf ../share/dotnet/dotnet "$root/usr/bin/dotnet"
mkdir -p "$root/etc/dotnet"
printf '/usr/share/dotnet\n' > "$root/etc/dotnet/install_location"

# Unversioned names for what Debian installs with a version.
ln -sf php-fpm8.2 "$root/usr/sbin/php-fpm"

# The one user of a container. Its uid on the host is the runtime's business.
grep -q '^app:' "$root/etc/group"  || printf 'app:x:1000:\n' >> "$root/etc/group"
grep -q '^app:' "$root/etc/passwd" || printf 'app:x:1000:1000:app:/app:/bin/bash\n' >> "$root/etc/passwd"
grep -q '^app:' "$root/etc/shadow" || printf 'app:*:19000:0:99999:7:::\n' >> "$root/etc/shadow"

printf 'gantry-12\n' > "$root/etc/gantry-stack"
printf 'Etc/UTC\n' > "$root/etc/timezone"
ln -sf /usr/share/zoneinfo/Etc/UTC "$root/etc/localtime"
