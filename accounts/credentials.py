"""Names for sessions and tokens in events and sockets; none of them gives the secret away."""

import hashlib


def session_credential(session_key: str) -> str:
    """Names a session."""
    return "session:" + hashlib.sha256(session_key.encode()).hexdigest()[:32]


def token_credential(digest: bytes) -> str:
    """Names a bearer token."""
    return "token:" + bytes(digest).hex()[:32]
