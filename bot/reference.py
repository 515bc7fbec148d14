"""What marks a message as the one of a key."""

import hashlib


def reference(key: str) -> str:
    """The mark in a message's footer, its nonce of at most 25 characters, and its buttons."""
    return f"aw-{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:18]}"
