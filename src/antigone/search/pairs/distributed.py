"""The same blocks in this process, or on a Dask cluster: local or of many machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from antigone.errors import Unsupported
from antigone.search.pairs.blocks import BlindSearch, BlockResult, MissingFrom, score_block

if TYPE_CHECKING:
    from distributed import Client

Blocks = Mapping[int, Sequence[MissingFrom]]
WAITING_BLOCKS = 2
"""Blocks waiting at each worker beside the one it computes; bounds what the scheduler holds."""


def run_blocks(
    blocks: Blocks, search: BlindSearch, *, workers: int = 1, scheduler: str = ""
) -> Iterator[tuple[int, BlockResult]]:
    """Yield each block's number and result, in whatever order they are done.

    With one worker and no scheduler everything happens here. With a ``scheduler`` address, or several workers, the
    blocks go to a Dask cluster; a block whose worker dies is computed again by another. The results do not depend
    on who computed them.

    Raises
    ------
    Unsupported
        When a cluster is asked for and ``distributed`` is not installed.
    """
    if workers == 1 and not scheduler:
        for number, families in blocks.items():
            yield number, score_block(families, search)
        return
    with _client(workers, scheduler) as client:
        yield from _on_cluster(client, blocks, search)


@contextmanager
def _client(workers: int, scheduler: str) -> Iterator[Client]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise Unsupported(
            "several workers need Dask, which is not installed; install 'antigone[scale]', or use --workers 1"
        ) from error
    if scheduler:
        with Client(scheduler, set_as_default=False) as client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _on_cluster(client: Client, blocks: Blocks, search: BlindSearch) -> Iterator[tuple[int, BlockResult]]:
    from distributed import as_completed

    shared = client.scatter(search, broadcast=True, hash=False)
    waiting = iter(blocks.items())
    room = WAITING_BLOCKS * max(1, len(client.scheduler_info(n_workers=-1)["workers"])) + 1
    numbers: dict[Any, int] = {}

    def submit() -> Any:
        number, families = next(waiting, (None, ()))
        if number is None:
            return None
        future = client.submit(score_block, list(families), shared, pure=False, retries=3)
        numbers[future.key] = number
        return future

    running = as_completed([f for _ in range(room) if (f := submit()) is not None], loop=client.loop)
    for future in running:
        yield numbers.pop(future.key), future.result()
        future.release()
        following = submit()
        if following is not None:
            running.add(following)
