#!/bin/busybox sh
# shellcheck shell=dash
# The first program of the small machine: finds the disks, then hands over to inside.py.
busybox mount -t devtmpfs none /dev
while read -r module; do
  busybox insmod "/modules/${module}"
done </modules/order
busybox mount -t ext4 -o ro /dev/vda /root
busybox mount -t ext4 -o ro /dev/vdb /root/mnt
busybox mount -t proc none /root/proc
busybox mount -t sysfs none /root/sys
busybox mount -o move /dev /root/dev
export PYTHONPATH=/mnt PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp LC_ALL=C.UTF-8 \
  PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec busybox switch_root /root /opt/helppoint/bin/python -m tests.powercuts.inside
