#!/usr/bin/env bash
# Installs the pinned Python packages in /opt/helppoint, as ready-made wheels for the box's Python.
# Usage: 30-python.sh ROOT; needs .venv.
set -euo pipefail
readonly root="${1:?Missing argument: ROOT}"
here="$(cd "${0%/*}/../.." && pwd)"
readonly here

version="$(chroot "${root}" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
mkdir "${root}/wheels"
"${here}/.venv/bin/pip" download --quiet --disable-pip-version-check --require-hashes \
  --only-binary :all: --python-version "${version}" --dest "${root}/wheels" \
  --requirement "${here}/requirements/run.txt"
chroot "${root}" python3 -m venv /opt/helppoint
# Without hashes here: they have been compared while fetching.
chroot "${root}" sh -c 'exec /opt/helppoint/bin/pip install --quiet --no-cache-dir --no-index --no-deps /wheels/*'
rm --recursive "${root}/wheels"
