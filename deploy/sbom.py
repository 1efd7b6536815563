"""A bill of materials (CycloneDX 1.5, JSON) of the pinned dependencies: python deploy/sbom.py requirements.txt."""

from __future__ import annotations

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([\w.!+-]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(pinned: str) -> Iterator[dict[str, Any]]:
    """One component for each pinned line, with the digests of all its files."""
    for line in pinned.replace("\\\n", " ").splitlines():
        found = _PINNED.match(line)
        if found:
            name, version = found[1].lower(), found[2]
            purl = f"pkg:pypi/{name}@{version}"
            hashes = [{"alg": "SHA-256", "content": digest} for digest in _HASH.findall(line)]
            yield {
                "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "hashes": hashes,
            }  # fmt: skip


def bill(pinned: str) -> dict[str, Any]:
    """The whole bill; the same for the same list, so that two can be compared."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    parts = list(components(pinned))
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own + pinned)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "purl": own,
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": parts,
        "dependencies": [{"ref": own, "dependsOn": [one["bom-ref"] for one in parts]}],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bill(Path(sys.argv[1]).read_text("utf-8")), indent=1) + "\n")
