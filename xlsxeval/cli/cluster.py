"""A dask cluster as the executor of a run."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from xlsxeval.errors import DataError, MachineError

#: Seconds in which the scheduler must accept a connection.
_PATIENCE = 5


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Connect to a scheduler, and give its executor.

    Args:
        address: as ``tcp://10.0.0.1:8786``.

    Raises:
        DataError: if dask is not installed, or the address is none.
        MachineError: if nothing answers there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise DataError("要用集群，请先安装：pip install 'xlsxeval[cluster]'") from None
    _test_connection(address)
    client: Any = Client(address, set_as_default=False)  # type: ignore[no-untyped-call]  # their function
    with client:
        yield client.get_executor()


def _test_connection(address: str) -> None:
    """Make sure that the TCP port accepts a connection: dask's own client waits long and then prints a traceback."""
    place = urlsplit(address)
    try:
        if not place.hostname or not place.port:
            raise DataError(f"集群的地址应写成 tcp://主机:端口，这里是“{address}”")
        socket.create_connection((place.hostname, place.port), _PATIENCE).close()
    except (OSError, ValueError) as error:
        raise MachineError(f"连不上集群：{address}（{error}）") from None
