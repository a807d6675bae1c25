"""Who encodes shards: one file = one way to do it, `contract.py` says what each provides."""

from __future__ import annotations

from inrcodec.encoding.shards.executors.contract import Executor


def executor_for(workers: int | None, ray: str | None) -> Executor:
    """Processes of this machine, or a Ray cluster."""
    if ray is None:
        from inrcodec.encoding.shards.executors.local import LocalWorkers

        return LocalWorkers(workers or 1)
    from inrcodec.encoding.shards.executors.ray_cluster import RayCluster

    return RayCluster(ray, workers)
