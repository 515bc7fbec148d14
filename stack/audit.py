"""`make audit`: the check of the audit trail, on the ledger of this machine's stack."""

import os
import sys

from stack import compose
from stack.errors import StackError
from stack.settings import ROOT, read_settings


def main() -> None:
    """Become the exporter's check, which looks at another ledger where one is named.

    Without a ledger in the state directory it is the one in the exporter's container.
    """
    try:
        settings = read_settings()
    except StackError as error:
        sys.exit(str(error))
    check = ["-m", "exporter.audit", *sys.argv[1:]]
    command = [sys.executable, *check]
    if not sys.argv[1:] and not os.environ.get("DATABASE_URL"):
        ledger = settings.state_dir / "ledger.db"
        os.environ["DATABASE_URL"] = f"sqlite:///{ledger}"
        if not ledger.exists() and compose.runs("exporter"):
            os.chdir(ROOT)
            command = compose.command_in("exporter", "python", *check)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
