"""The check of the audit trail, on the ledger of this machine's stack."""

import os
import sys

from stack.errors import StackError
from stack.settings import read_settings


def main() -> None:
    """Become the exporter's check, which looks at another ledger where one is named."""
    try:
        settings = read_settings()
    except StackError as error:
        sys.exit(str(error))
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = f"sqlite:///{settings.state_dir / 'ledger.db'}"
    os.execv(sys.executable, [sys.executable, "-m", "exporter.audit", *sys.argv[1:]])


if __name__ == "__main__":
    main()
