"""`make limits`: checks limits.yml, then has the exporter that runs here read it again."""

import os
import signal
import sys
from pathlib import Path

from exporter.settings import Settings as ExporterSettings
from stack import compose
from stack.errors import StackError
from stack.preflight import check_limits
from stack.settings import ROOT, read_settings

SHOWN = ROOT / "limits.yml"
# In a folder of its own, which docker-compose mounts: a file that is mounted alone stays the one it
# was when an editor puts another in its place.
KEPT = ROOT / "etc" / "limits.yml"
READABLE = 0o444


def main() -> int:
    """The exit code: 0 once the exporter was told, or none runs."""
    try:
        settings = read_settings()
        put_back(shown=SHOWN, kept=KEPT)
        # Where it listens does not matter here, nor whom it would let in.
        exporter = ExporterSettings(exporter_host="127.0.0.1")
        check_limits(exporter)
        told = tell_native(settings.state_dir / "run" / "exporter.pid") or tell_container(KEPT)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    after = f"{told} reads it again: its log says what changed" if told else "no exporter runs here"
    print(f"{exporter.limits_file} is right; {after}")
    return 0


def put_back(*, shown: Path, kept: Path) -> None:
    """Make the file at the top a link again, where a tool replaced the link by a file."""
    if shown.is_file() and not shown.is_symlink():
        shown.replace(kept)
        shown.symlink_to(kept.relative_to(shown.parent))


def tell_native(pidfile: Path) -> str | None:
    """Signal the exporter of `make up`; who it is, if it runs."""
    try:
        pid = int(pidfile.read_text(encoding="ascii"))
        # After a crash of everything another process may have this number.
        if b"exporter" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return None
        os.kill(pid, signal.SIGHUP)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return f"the exporter, process {pid},"


def tell_container(limits: Path) -> str | None:
    """Signal the exporter of docker-compose; who it is, if it runs."""
    if not compose.runs("exporter"):
        return None
    let_others_read(limits)
    compose.signal("exporter", "HUP")
    return "the exporter's container"


def let_others_read(path: Path) -> None:
    """The container's user is another one, and some tools leave a file to its owner alone."""
    mode = path.stat().st_mode
    if mode & READABLE != READABLE:
        try:
            path.chmod(mode | READABLE)
        except PermissionError as error:
            raise StackError(f"{path}: not readable in the container, {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
