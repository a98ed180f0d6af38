#!/bin/bash
# boot.sh PACKAGES RELEASE: becomes a systemd with nothing but its basic units, on a copy of this machine that is forgotten
# when it ends, in namespaces of its own: no network but loopback, and none of this machine's services.
set -euo pipefail
packages=$1 release=$2

for folder in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
    [ -e $folder/cgroup.procs ] || continue
    mkdir -p $folder/register-trial-$$
    echo $$ >$folder/register-trial-$$/cgroup.procs
done

# Its groups of processes would be made among those of this machine.
if [ ! -e /sys/fs/cgroup/register-trial-$$ ] && [ ! -e /sys/fs/cgroup/systemd/register-trial-$$ ]; then
    echo "No group of processes can be made." >&2
    exit 1
fi

in_namespaces() {
    set -euo pipefail
    mount --make-rprivate /
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/upper /mnt/work /mnt/root
    mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
    mkdir -p /mnt/root/trial/packages /mnt/root/trial/release /mnt/root/former
    mount --bind "$1" /mnt/root/trial/packages
    mount --bind "$2" /mnt/root/trial/release
    cd /mnt/root
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount --rbind /dev dev
    mount -t tmpfs tmpfs run
    mount -t tmpfs tmpfs tmp
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        mount -t cgroup2 cgroup2 sys/fs/cgroup
    else
        mount -t tmpfs tmpfs sys/fs/cgroup
        mkdir sys/fs/cgroup/systemd
        mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
    fi
    # What is about the machine's hardware, people and network.
    for unit in systemd-{udevd,udev-trigger,networkd,logind,resolved,timesyncd,modules-load,binfmt,sysctl,remount-fs}.service \
        systemd-udevd-{control,kernel}.socket {networking,kmod-static-nodes}.service dev-{hugepages,mqueue}.mount; do
        ln -sf /dev/null etc/systemd/system/$unit
    done
    printf '[Unit]\nRequires=basic.target\nAfter=basic.target\n' >etc/systemd/system/trial.target
    pivot_root . former
    cd /
    umount -l /former
    container=trial exec /lib/systemd/systemd --system --unit=trial.target
}
export -f in_namespaces
exec unshare --fork --kill-child --pid --mount --uts --ipc --net --cgroup bash -c 'in_namespaces "$@"' boot "$packages" "$release"
