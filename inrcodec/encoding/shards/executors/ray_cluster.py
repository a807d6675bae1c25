"""A Ray cluster: one shard is one task, wherever there is room; sources and output lie where all nodes see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inrcodec.encoding.shards.executors.contract import Attempt, attempted
from inrcodec.encoding.shards.task import Task
from inrcodec.errors import InrError

LOCAL = "local"
MOST_SHARDS = 16  # of a worker's process, which takes seconds to start; one with a GPU would keep its memory


class RayCluster:
    """Tasks of a cluster, or of one that is started on this machine; whoever waits decides what is tried again."""

    def __init__(self, address: str, workers: int | None) -> None:
        """workers: of a cluster that is started here; None: as many as it has cores."""
        import ray

        self._ray: Any = ray
        told: dict[str, Any] = {"log_to_driver": False, "include_dashboard": False, "logging_level": "error"}
        if address == LOCAL:
            told |= {"address": LOCAL, "num_cpus": workers}
        else:
            told = {"address": address, "log_to_driver": False, "logging_level": "error"}
        try:
            ray.init(**told)
        except Exception as failure:  # of several kinds, few of which Ray names
            raise InrError(f"no Ray cluster at {address}: {' '.join(str(failure).split())[:200]}") from failure
        gpus = 1 if self._ray.cluster_resources().get("GPU", 0) >= 1 else 0
        remote: Any = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=0, max_calls=1 if gpus else MOST_SHARDS)
        self._make = remote(attempted)
        self._tasks: dict[Any, Task] = {}

    def submit(self, task: Task) -> None:
        """Take a task on."""
        self._tasks[self._make.remote(task)] = task

    def wait(self, seconds: float) -> Iterator[Attempt]:
        """Tries that have ended."""
        pending = list(self._tasks)
        ended, _ = self._ray.wait(pending, num_returns=len(pending), timeout=seconds)
        for reference in ended:
            task = self._tasks.pop(reference)
            try:
                yield self._ray.get(reference)
            except self._ray.exceptions.RayError as failure:
                yield Attempt(task, None, f"its worker died: {' '.join(str(failure).split())[:200]}")

    def shares(self) -> dict[str, float]:
        """Which shards are at work; how far they are, only their nodes know."""
        workers = int(self._ray.cluster_resources().get("CPU", 0) - self._ray.available_resources().get("CPU", 0))
        return {task.key: 0.0 for task in list(self._tasks.values())[: max(0, workers)]}

    def close(self) -> None:
        """Leave the cluster, which ends this driver's tasks; one that was started here ends, too."""
        self._ray.shutdown()
