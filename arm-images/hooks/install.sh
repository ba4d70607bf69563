#!/bin/sh
# install.sh ROOT: installs the packages in ROOT/root into ROOT and sets the device up. Runs in a mount name space of its own.
set -eu
root=$1
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/dev"
for device in null zero random urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
# nothing is started here
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"

# the oldest processor that it runs on: what is prepared for it does on the others
export QEMU_CPU=cortex-a53 DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
exec chroot "$root" /bin/sh -eu <<'E2'
dpkg --install /root/fern_*_arm64.deb /root/fern-javascript_*_all.deb
rm /root/*.deb /usr/sbin/policy-rc.d

# who logs in by SSH; no password is no way in
useradd --create-home --shell /bin/bash --password '*' pi
usermod --password '*' root
for group in sudo gpio i2c fern systemd-journal; do
  ! getent group "$group" >/dev/null || usermod --append --groups "$group" pi
done

systemctl enable systemd-networkd systemd-resolved systemd-timesyncd ssh iwd mosquitto fern fern-card fern-card-grow
systemctl disable apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer 2>&1 || true
# nothing waits for a network
systemctl mask systemd-networkd-wait-online.service
ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
rm -f /etc/apt/sources.list /etc/ssh/ssh_host_* /var/log/*.log /var/log/apt/* /var/cache/apt/*.bin /var/lib/systemd/random-seed
rm -rf /var/lib/fern-card
# not empty: so systemd knows the first start (and ssh makes its keys)
echo uninitialized >/etc/machine-id
rm -f /var/lib/dbus/machine-id
E2
