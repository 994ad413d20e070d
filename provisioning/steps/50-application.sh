#!/usr/bin/env bash
# Installs the application, its units, and the content that it ships, ready to be served.
# Usage: 50-application.sh ROOT; needs .venv and appliance/embedded (`make build`).
set -euo pipefail
readonly root="${1:?Missing argument: ROOT}"
here="$(cd "${0%/*}/../.." && pwd)"
work="$(mktemp --directory)"
readonly here work
trap 'rm -rf "${work}"' EXIT

# From a copy: setuptools leaves a folder `build` behind, and packs what an earlier one left there.
cp --recursive "${here}"/{appliance,pyproject.toml,README.md,LICENSE,LICENSE-content} "${work}/"
"${here}/.venv/bin/pip" wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
  --wheel-dir "${root}" "${work}"
chroot "${root}" sh -c 'exec /opt/helppoint/bin/pip install --quiet --no-cache-dir --no-index --no-deps /*.whl'
rm "${root}"/*.whl

install --mode=644 "${here}"/systemd/*.{service,timer} "${root}/etc/systemd/system/"
install -D --mode=644 --target-directory="${root}/etc/systemd/system/wpa_supplicant.service.d" \
  "${here}/systemd/wpa_supplicant.service.d/helppoint.conf"
install -D --mode=755 --target-directory="${root}/usr/lib/helppoint" "${here}/systemd/mount-stick"
install -D --mode=644 --target-directory="${root}/usr/lib/udev/rules.d" \
  "${here}/systemd/90-helppoint-stick.rules"
install --mode=644 "${here}/systemd/sysusers.conf" "${root}/usr/lib/sysusers.d/helppoint.conf"
chroot "${root}" systemd-sysusers helppoint.conf
install --mode=644 "${here}/systemd/tmpfiles.conf" "${root}/usr/lib/tmpfiles.d/helppoint.conf"
systemd-tmpfiles --root="${root}" --create helppoint.conf
systemctl --quiet --root="${root}" enable helppoint-web.service helppoint-staff.service helppoint-sync.timer

# Rendering pages and sheets takes a box minutes and this computer seconds.
chroot "${root}" setpriv --reuid=helppoint-sync --regid=helppoint --clear-groups sh -c \
  'umask 027 && exec /opt/helppoint/bin/helppoint --home /var/lib/helppoint sync --embedded'
