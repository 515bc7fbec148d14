"""The token that a client of the exporter shows, as text or from a file that may change."""

import logging
from pathlib import Path

log = logging.getLogger(__name__)


class Credential:
    """A bearer token, or none. One from a file is read again after a refusal: see `renew`.

    Raises:
        ValueError: the text given is no token. What a file lacks is logged, once.
    """

    def __init__(self, token: str | Path | None) -> None:
        self._file = token if isinstance(token, Path) else None
        self._token = _one_word(token) if isinstance(token, str) else ""
        self._is_lack_told = False
        self.renew()

    @property
    def headers(self) -> dict[str, str]:
        """What a request carries."""
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def renew(self) -> bool:
        """After an answer of 401: whether there is another token now, with which to ask again."""
        token = self._read()
        if not token or token == self._token:
            return False
        self._token = token
        return True

    def _read(self) -> str:
        """What is in the file, if it is one word; says once that it is not."""
        if self._file is None:
            return ""
        try:
            token = _one_word(self._file.read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            if not self._is_lack_told:
                log.warning("No token in %s (%s)", self._file, type(error).__name__)
            self._is_lack_told = True
            return ""
        self._is_lack_told = False
        return token

    def __repr__(self) -> str:
        return f"Credential(file={self._file})"


def _one_word(text: str) -> str:
    """What may stand in a header; the error does not tell the text."""
    token = text.strip()
    if not token or " " in token or not (token.isascii() and token.isprintable()):
        raise ValueError("a token is one word of printable ASCII")
    return token
