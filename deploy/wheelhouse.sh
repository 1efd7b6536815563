#!/bin/sh
# A folder of wheels for a machine without a network: this checkout and every pinned dependency, each checked by its hash.
# Run it on a machine with a network, of the same system, processor and Python. Then carry the folder over, and there:
#   sh deploy/install-offline.sh wheelhouse /opt/antigone
set -eu
python=${PYTHON:-python3}
out=${1:-wheelhouse}
cd "$(dirname "$0")/.."
mkdir -p "$out"
"$python" -m pip download --disable-pip-version-check --only-binary :all: --require-hashes --dest "$out" -r requirements.txt
"$python" -m pip wheel --disable-pip-version-check --no-deps --wheel-dir "$out" .
"$python" deploy/sbom.py requirements.txt > "$out/sbom.cdx.json"
(cd "$out" && sha256sum -- *.whl sbom.cdx.json > SHA256SUMS)
echo "$out: $(ls "$out"/*.whl | wc -l) wheels, SHA256SUMS, sbom.cdx.json"
