"""Who is measured when: round by round, and each round in another order."""

from __future__ import annotations

from collections.abc import Callable

from .machine import log
from .running import Failure
from .samples import Samples
from .servers import Server
from .settings import Settings


def in_turn(everybody: list, turn: int) -> list:
    """The order of a round. Each starts with another one: nobody always runs after the same neighbour."""
    start = turn % max(1, len(everybody))
    return everybody[start:] + everybody[:start]


def notes(servers: list[Server], settings: Settings) -> list[str]:
    once = [server.title for server in servers if server.once]
    return [f"Measured in the first round only: {', '.join(once)}."] if once and settings.rounds > 1 else []


def sample(title: str, servers: list[Server], settings: Settings, take: Callable[[Server, Samples], str]) -> dict[str, Samples]:
    """Lets `take` add to the samples of each server in its rounds, and say in a few words what it has found."""
    samples = {server.name: Samples() for server in servers}
    for turn in range(settings.rounds):
        for server in in_turn(servers, turn):
            if turn > 0 and server.once:
                continue
            own = samples[server.name]
            try:
                outcome = take(server, own)
            except Failure as failure:
                own.failure = str(failure)
                outcome = f"INVALID: {failure}"
            log(f"round {turn + 1}/{settings.rounds}, {title}, {server.name}: {outcome}")
    return samples
