#!/usr/bin/env bash
# Makes a stock Debian 12 with systemd in the folder OUT: root.img (ext4) and its kernel, vmlinuz. Called by run.sh,
# which keeps the result for as long as this recipe is the same.
set -euo pipefail
out=$1
root=$out/root

# Like a host after `up.sh`; from busybox on they are the tests' own.
packages=(
  systemd systemd-sysv udev kmod
  crun tini nftables iproute2 util-linux e2fsprogs golang-github-containers-common
  zstd xz-utils jq openssh-server openssh-client git curl netcat-openbsd ca-certificates
  busybox-static procps psmisc hostname gcc libc6-dev libcap2-bin rsyslog rsyslog-openssl
)

# The kernel's package would bring an initrd of its own, which this machine, whose disk driver is built in, does not need.
kernel_hook='
  cd "$1/tmp"
  export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG
  apt-get -qq -o APT::Sandbox::User=root download "$(apt-cache depends linux-image-cloud-amd64 | sed -n "s/.*Depends: //p" | head -1)"
  dpkg-deb --fsys-tarfile linux-image-*.deb | tar -C "$1" -x --keep-directory-symlink
  rm linux-image-*.deb
  chroot "$1" depmod "$(ls "$1/lib/modules")"'

mmdebstrap --quiet --variant=minbase --include="${packages[*]}" --aptopt='APT::Install-Recommends "false"' \
  --customize-hook="$kernel_hook" bookworm "$root"

# What this machine is for starts by itself; what a server does in its idle hours does not.
cat > "$root/etc/systemd/system/vm-tests.service" <<'UNIT'
[Unit]
Description=The tests of this virtual machine
After=multi-user.target

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'mount -o ro LABEL=payload /mnt && exec /bin/bash /mnt/guest.sh'
ExecStopPost=/bin/systemctl poweroff --force --force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS1
Delegate=yes
KillMode=process

[Install]
WantedBy=default.target
UNIT
systemctl --quiet --root "$root" enable vm-tests.service
systemctl --quiet --root "$root" mask ssh.service rsyslog.service getty@tty1.service serial-getty@ttyS0.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
echo gantry-vm > "$root/etc/hostname"
mv "$root"/boot/vmlinuz-* "$out/vmlinuz"
mkfs.ext4 -q -F -O ^has_journal -E lazy_itable_init=1 -d "$root" "$out/root.img" 8G
rm -rf "$root"
