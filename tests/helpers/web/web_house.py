"""A site with a key file and places for backups, for the tests of keys and backups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from registry_vaults import PASSPHRASE
from web_site import Site, TestClient, make_site, post

from antigone.team.keeping.backups import BackupPlaces
from antigone.web.requests.opened import Opened


@dataclass(frozen=True)
class House:
    """A site with a key file, a folder for archives, and a ring on what stands for another medium."""

    site: Site
    folder: Path

    @property
    def archives(self) -> Path:
        return self.folder / "disk"

    @property
    def ring(self) -> Path:
        return self.folder / "stick" / "registry.ring"

    @property
    def key_file(self) -> Path:
        return self.folder / "registry.key"

    @property
    def opened(self) -> Opened:
        opened: Opened = self.site.app.state.web.opened
        return opened

    def back_up(self, browser: TestClient) -> Path:
        assert post(browser, "/keys/back-up").status_code == 303
        return max(self.archives.iterdir())


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    (tmp_path / "disk").mkdir()
    (tmp_path / "stick").mkdir()
    places = BackupPlaces(tmp_path / "disk", tmp_path / "stick" / "registry.ring")
    site = make_site(tmp_path, passphrase=PASSPHRASE, backups=places)
    yield House(site, tmp_path)
    site.team.registry.close()
