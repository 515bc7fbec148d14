"""Finds the programs that Arbwatch does not bring along, or installs Debian's packages of them."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError
from stack.settings import StackSettings

# Debian's package, and the names its program goes by (Debian's own, then the project's).
PROMETHEUS = ("prometheus", ("prometheus",))
ALERTMANAGER = ("prometheus-alertmanager", ("prometheus-alertmanager", "alertmanager"))
GRAFANA_SHARE = Path("/usr/share/grafana")
INSTALLER = Path(__file__).with_name("install-debian.sh")


@dataclass(frozen=True, slots=True)
class Grafana:
    """An installed Grafana: the command that serves, and its home with the public files."""

    command: str
    home: Path


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the programs are. Grafana may be missing; everything else runs without it."""

    prometheus: str
    alertmanager: str
    grafana: Grafana | None


def find_programs(settings: StackSettings) -> Programs:
    """The programs on this machine; a missing one is an error that names its package."""
    return Programs(
        prometheus=_find(PROMETHEUS),
        alertmanager=_find(ALERTMANAGER),
        grafana=find_grafana(settings.grafana_home),
    )


def find_grafana(home: Path | None) -> Grafana | None:
    """Grafana of `GRAFANA_HOME`, else of PATH, else none."""
    if home is not None:
        program = home / "bin" / "grafana"
        if not os.access(program, os.X_OK):
            raise StackError(f"GRAFANA_HOME: there is no program {program}")
        return Grafana(f"{program} server", home)
    for name, verb in (("grafana", " server"), ("grafana-server", "")):
        if found := shutil.which(name):
            # A tarball has bin/ beside its public files, the Debian package has them in /usr/share.
            beside = Path(found).resolve().parent.parent
            return Grafana(found + verb, beside if (beside / "conf").is_dir() else GRAFANA_SHARE)
    return None


def install_missing() -> None:
    """Install Debian's packages for what is missing, as root or through sudo."""
    missing = [package for package, names in (PROMETHEUS, ALERTMANAGER) if not _which(names)]
    if not missing:
        return
    wanted = f"to install by hand: apt-get install {' '.join(missing)}"
    if not shutil.which("apt-get"):
        raise StackError(f"missing: {', '.join(missing)}; {wanted}")
    command = [*_as_root(wanted), "sh", str(INSTALLER), *missing]
    print(f"installing Debian's {' and '.join(missing)}", flush=True)
    if subprocess.run(command).returncode:
        raise StackError(f"Debian's {' and '.join(missing)} could not be installed; {wanted}")


def _as_root(wanted: str) -> list[str]:
    """What to put before a command so that root runs it; without a terminal sudo must not ask."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise StackError(f"neither root nor sudo here; {wanted}")
    return ["sudo"] if sys.stdin.isatty() else ["sudo", "-n"]


def _find(program: tuple[str, tuple[str, ...]]) -> str:
    package, names = program
    if found := _which(names):
        return found
    raise StackError(f"{names[0]} is not installed: apt-get install {package}")


def _which(names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


if __name__ == "__main__":
    try:
        install_missing()
    except StackError as error:
        sys.exit(str(error))
