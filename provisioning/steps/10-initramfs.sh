#!/usr/bin/env bash
# Makes the first memory disk once, at the end, and not for each package that asks for it.
# Usage: 10-initramfs.sh ROOT before|after
set -euo pipefail
readonly root="${1:?Missing argument: ROOT}" when="${2:?Say before or after}"
readonly program=/usr/sbin/update-initramfs

if [[ "${when}" == before ]]; then
  mkdir --parents "${root}/etc/initramfs-tools/conf.d" "${root}/usr/sbin"
  printf 'MODULES=list\nCOMPRESS=zstd\n' >"${root}/etc/initramfs-tools/conf.d/helppoint"
  # What the disk of a virtual machine needs.
  printf '%s\n' virtio_pci virtio_blk ext4 >"${root}/etc/initramfs-tools/modules"
  chroot "${root}" dpkg-divert --quiet --local --no-rename --divert "${program}.debian" \
    --add "${program}"
  printf '#!/bin/sh\n' >"${root}${program}"
  chmod 755 "${root}${program}"
else
  mv "${root}${program}.debian" "${root}${program}"
  chroot "${root}" dpkg-divert --quiet --local --no-rename --remove "${program}"
  chroot "${root}" update-initramfs -c -k all
fi
