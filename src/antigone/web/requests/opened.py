"""The registry that is served. A new master key exchanges it while the application runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from antigone.errors import Conflict, StorageError
from antigone.team.access.opening import with_new_key
from antigone.team.access.session import Registry, Session
from antigone.team.keeping.keeping import check_key_holder, rotate_key
from antigone.team.views import Rotated
from antigone.web.jobs.jobs import Jobs


class Opened:
    """One registry with its keys, for every request; nobody gets it while its master key changes.

    A request that holds the registry since before fails then, if it needs a key, and leaves nothing half: each action
    is one transaction, and data keys are never wrapped by a generation that is gone.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._changing = threading.Lock()

    @property
    def registry(self) -> Registry:
        """The registry with the keys of now.

        Raises
        ------
        StorageError
            While its master key is being changed.
        """
        if self._changing.locked():
            raise StorageError("the master key is being changed; wait a minute, then sign in again")
        return self._registry

    def rotate(self, session: Session, jobs: Jobs, *, passphrase: str) -> Rotated:
        """Change the master key in the key file, and go on with the new one, also when the rotation failed half-way.

        Raises
        ------
        VaultError
            When the passphrase is wrong, or there is no key file; nothing was changed.
        Conflict
            While a search or a joint solution is under way, which holds the old key; or another rotation.
        StorageError
            When key file or database cannot be written; repeat the rotation.
        """
        check_key_holder(session, passphrase)
        with self._alone():
            refuse_while_computing(jobs)
            try:
                return rotate_key(session, passphrase=passphrase)
            finally:
                self._registry = with_new_key(self._registry, passphrase=passphrase)

    def read_again(self, session: Session, *, passphrase: str) -> None:
        """Take the keys of the key file, after another program changed the master key.

        Raises
        ------
        VaultError
            When the passphrase is wrong, or there is no key file.
        """
        session.require("rotate key")
        with self._alone():
            self._registry = with_new_key(self._registry, passphrase=passphrase)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._changing.acquire(blocking=False):
            raise Conflict("the master key is being changed already; wait until that is done")
        try:
            yield
        finally:
            self._changing.release()


def refuse_while_computing(jobs: Jobs) -> None:
    """Refuse to change the key under a search or a joint solution.

    Raises
    ------
    Conflict
        While one is under way, with its incident.
    """
    job = next((job for job in jobs.all() if not job.has_ended), None)
    if job is not None:
        raise Conflict(
            f"a {'search' if job.kind == 'search' else 'joint solution'} of incident '{job.incident}' is under way and "
            "holds the key of now; wait for its end, or have it cancelled, and repeat"
        )
