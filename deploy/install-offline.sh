#!/bin/sh
# Installs Antigone with all extras from a wheelhouse, without a network, into a new environment, and checks it.
set -eu
python=${PYTHON:-python3}
wheels=${1:?the folder that deploy/wheelhouse.sh made}
place=${2:?a new folder for the environment, such as /opt/antigone}
(cd "$wheels" && sha256sum --check --quiet SHA256SUMS)
"$python" -m venv "$place"
"$place/bin/python" -m pip install --disable-pip-version-check --no-index --find-links "$wheels" \
    'antigone[web,registry,report,postgres,scale]'
"$place/bin/antigone" check
