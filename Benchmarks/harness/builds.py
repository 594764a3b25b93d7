"""Builds of Swift programs with other flags than the usual ones, each in a folder of its own beside the usual build's."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from .servers import ROOT, SwiftServer, build_swift

RESOLVED = ("repositories", "checkouts", "artifacts", "workspace-state.json")
"""What SwiftPM has fetched of the dependencies."""


@dataclass(frozen=True)
class Build:
    name: str
    title: str
    flags: tuple[str, ...] = ()

    @property
    def scratch(self) -> str:
        return f".build-{self.name}" if self.flags else ".build"


UNCHECKED = ("-Xswiftc", "-enforce-exclusivity=unchecked")

USUAL = Build("usual", "as usual")
STATIC = Build("static", "`--static-swift-stdlib`", ("--static-swift-stdlib",))
BOTH = Build("static-unchecked", "that and `-enforce-exclusivity=unchecked`", (*STATIC.flags, *UNCHECKED))
BUILDS = (USUAL, STATIC, BOTH)


@dataclass(frozen=True)
class BuiltServer(SwiftServer):
    """A product of this package in one of the builds."""

    product: str = ""
    options: Build = USUAL

    def build(self) -> None:
        _prepare(self.options)
        build_swift(self.product, scratch=self.options.scratch, flags=self.options.flags)

    def command(self, port: int) -> list[str]:
        return [str(ROOT / self.options.scratch / "release" / self.product), str(port)]


def built(product: str, title: str, build: Build) -> BuiltServer:
    return BuiltServer(f"{product}-{build.name}", f"{title} ({build.title})", product=product, options=build)


def _prepare(build: Build) -> None:
    """Copies what the usual build has fetched, so that nothing is fetched again."""
    source, target = ROOT / USUAL.scratch, ROOT / build.scratch
    if target.exists() or not (source / "workspace-state.json").exists():
        return
    target.mkdir()
    for name in RESOLVED:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, symlinks=True)
        elif (source / name).exists():
            shutil.copy2(source / name, target / name)
