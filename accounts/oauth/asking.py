"""What an app asks for at the authorisation endpoint, judged without anybody's account."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.oauth.errors import OAuthError
from accounts.oauth.models import GrantType, OAuthApp

METHOD = "S256"
_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")
_STATE = re.compile(r"[\x20-\x7e]{1,1000}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,40}( [\x21\x23-\x5b\x5d-\x7e]{1,40}){0,20}")
PROMPTS = ("none", "login", "consent", "select_account")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, all of it acceptable."""

    scopes: tuple[str, ...]
    challenge: str
    redirect_uri: str
    prompts: frozenset[str]


def client_id_of(text: str) -> UUID | None:
    """The app's id; None for what can be none."""
    try:
        id_ = UUID(text)
    except ValueError:
        return None
    # Written in one way only: what is compared is what was registered.
    return id_ if str(id_) == text else None


def state_of(given: dict[str, str]) -> str | None:
    """The state to hand back; None for one that could not be handed back as it came."""
    state = given.get("state", "")
    return state if _STATE.fullmatch(state) else None


def prompts_of(given: dict[str, str]) -> frozenset[str]:
    """What `prompt` says, known or not."""
    return frozenset(given.get("prompt", "").split())


def wish_of(app: OAuthApp, given: dict[str, str], twice: set[str]) -> Wish:
    """Judge a request whose app and redirect URI are known to be good.

    Errors  OAuthError, for the app to be told.
    """
    if twice:
        raise OAuthError("invalid_request", f"Sent twice: {' '.join(sorted(_known(twice)))}.")
    if "state" in given and state_of(given) is None:
        raise OAuthError("invalid_request", "Send 1 to 1000 printable ASCII characters as state.")
    if "response_type" not in given:
        raise OAuthError("invalid_request", "Send response_type=code.")
    if given["response_type"] != "code":
        raise OAuthError("unsupported_response_type", "There is response_type=code only.")
    if given.get("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "There is response_mode=query only.")
    if GrantType.AUTHORIZATION_CODE not in app.grants:
        raise OAuthError("unauthorized_client", "This app is not made for people to allow.")
    challenge = _challenge_of(given)
    prompts = prompts_of(given)
    if prompts - set(PROMPTS) or ("none" in prompts and len(prompts) > 1):
        known = " ".join(PROMPTS)
        raise OAuthError("invalid_request", f"Known prompts are {known}; none stands alone.")
    scopes = scopes_of(given.get("scope"), within=app.scopes)
    return Wish(scopes, challenge, given["redirect_uri"], prompts)


def scopes_of(text: str | None, *, within: Sequence[str]) -> tuple[str, ...]:
    """The scopes that are asked for; all that there may be where none are named.

    Errors  OAuthError `invalid_scope`.
    """
    if not text:
        return tuple(sorted(within))
    if not _SCOPE.fullmatch(text) or not set(text.split(" ")) <= set(within):
        raise OAuthError("invalid_scope", f"There may be {' '.join(sorted(within))}.")
    return tuple(sorted(set(text.split(" "))))


def _challenge_of(given: dict[str, str]) -> str:
    if "code_challenge" not in given:
        raise OAuthError("invalid_request", "Send a code_challenge: PKCE is required.")
    if given.get("code_challenge_method") != METHOD:
        raise OAuthError("invalid_request", "Send code_challenge_method=S256.")
    if not _CHALLENGE.fullmatch(given["code_challenge"]):
        raise OAuthError("invalid_request", "A code_challenge of S256 has 43 characters.")
    return given["code_challenge"]


def _known(names: set[str]) -> set[str]:
    """Names that may be told back; others are whatever somebody sent."""
    return {name if re.fullmatch(r"[a-z_]{1,30}", name) else "?" for name in names}
