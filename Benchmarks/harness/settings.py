"""The settings of one run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    rounds: int
    seconds: float
    warm_up: float
    server_core: int
    load_core: int
    connections: int
    upload_bytes: int
    requests: int  # for counts, which need no time
