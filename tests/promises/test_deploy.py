"""The folder ``deploy``: commands exist with their options, proxies log no address, the bill of materials is whole."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from page_blocks import missing_options

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
_COMMAND = re.compile(r"/bin/antigone ((?:\"[^\"]*\"|[^'\"])*)'")


def directives(text: str) -> list[str]:
    """The lines of a file that are no comment."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units__start_commands_that_exist_and_state_no_secret(unit):
    text = unit.read_text("utf-8")
    (command,) = _COMMAND.findall(text)
    assert missing_options(re.sub(r'"[^"]*"', "x", command).split()) == []
    assert "LoadCredential=" in text
    assert not re.search(r"ANTIGONE_(PASSPHRASE|PASSWORD)=", text)
    assert "UMask=0077" in text


def test_units__are_understood_by_systemd(tmp_path):
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        pytest.skip("systemd is not installed")
    copies = [tmp_path / unit.name for unit in (*UNITS, *DEPLOY.glob("*.timer"))]
    for copy in copies:
        text = (DEPLOY / copy.name).read_text("utf-8")
        copy.write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.MULTILINE))
    done = subprocess.run([systemd, "verify", *copies], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert complaints == []


def test_proxies__log_no_address_and_pass_on_no_metrics():
    caddy, nginx = (directives((DEPLOY / name).read_text("utf-8")) for name in ("Caddyfile", "nginx.conf"))
    assert not [line for line in caddy if line.startswith("log")]
    assert "respond /metrics 404" in caddy
    assert "access_log off;" in nginx
    assert [line for line in nginx if line.startswith("error_log")] == ["error_log /var/log/nginx/antigone.log crit;"]
    assert any(line.startswith("location = /metrics") and "404" in line for line in nginx)


def test_container__is_rootless_and_needs_no_network():
    lines = directives((DEPLOY / "Containerfile").read_text("utf-8"))
    text = "\n".join(lines)
    assert "USER 10001" in lines
    assert "--no-index" in text
    (arguments,) = [json.loads(line.removeprefix("CMD ")) for line in lines if line.startswith('CMD ["serve')]
    assert missing_options(arguments) == []


@pytest.mark.parametrize("script", sorted(DEPLOY.glob("*.sh")), ids=lambda script: script.name)
def test_scripts__are_sh_and_stop_at_the_first_error(script):
    assert "set -eu" in script.read_text("utf-8")
    assert subprocess.run(["/bin/sh", "-n", script], check=False).returncode == 0


def test_bill__has_every_pinned_dependency_with_its_digests():
    command = [sys.executable, str(DEPLOY / "sbom.py"), str(ROOT / "requirements.txt")]
    bill = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    pinned = re.findall(
        r"^([\w.-]+)(?:\[.*\])?==([^\s;\\]+)", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE
    )
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert [(one["name"], one["version"]) for one in bill["components"]] == [(n.lower(), v) for n, v in pinned]
    assert all(one["hashes"] for one in bill["components"])
    assert len({one["bom-ref"] for one in bill["components"]}) == len(bill["components"])
