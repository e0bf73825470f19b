"""The endpoints for programs: token, introspection, revocation, and the description of all.

docs/guides/connect-an-app.md tells how they are used, docs/decisions/0101-oauth.md why they are
our own.
"""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.oauth import issuing
from accounts.oauth.asking import METHOD, PROMPTS
from accounts.oauth.clients import client_of
from accounts.oauth.errors import OAuthError, error_response, json_response, parameters_of
from accounts.oauth.models import GrantType, OAuthApp
from accounts.sso.addresses import site
from accounts.tokens.services import SCOPES
from core.errors import TooMany
from core.http import Request, client_address
from core.limits import Quota, check
from tenants.context import current_tenant

BY_ADDRESS = Quota("oauth", 3000, 600)
BY_APP = Quota("oauth_app", 1200, 300)
_FORM = "application/x-www-form-urlencoded"

type Endpoint = Callable[[Request, dict[str, str]], HttpResponse]


def _endpoint(view: Endpoint) -> Callable[[HttpRequest], HttpResponse]:
    """Read the form, hold limits, and refuse in the words of RFC 6749."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def endpoint(request: Request) -> HttpResponse:
        try:
            check(request, f"{current_tenant()}:{client_address(request)}", BY_ADDRESS)
            return view(request, _form(request))
        except OAuthError as refusal:
            return error_response(refusal)
        except TooMany as refusal:
            words = "Wait before the next request; Retry-After says how long."
            again = OAuthError(
                "temporarily_unavailable", words, status=429, retry_after_s=refusal.retry_after_s
            )
            return error_response(again)
        except (OperationalError, InterfaceError):
            words = "Not available at this moment."
            away = OAuthError("temporarily_unavailable", words, status=503, retry_after_s=1)
            return error_response(away)

    return endpoint


@_endpoint
def token(request: Request, given: dict[str, str]) -> HttpResponse:
    """Tokens for a code, for a refresh token, or for the app itself."""
    how = given.get("grant_type")
    if how is None:
        raise OAuthError("invalid_request", "Send a grant_type.")
    app = _client(request, given)
    if how not in GrantType.values:
        known = ", ".join(GrantType.values)
        raise OAuthError("unsupported_grant_type", f"There are {known}.")
    if how not in app.grants:
        raise OAuthError("unauthorized_client", "The app is not made for this grant_type.")
    return json_response(_GRANTS[how](app, given).as_json())


@_endpoint
def introspect(request: Request, given: dict[str, str]) -> HttpResponse:
    """Say of one of the app's own tokens whether it is good, and for what."""
    app = _client(request, given, needs_secret=True)
    described = issuing.described(app, _needed(given, "token"))
    return json_response(described | {"iss": site()} if described["active"] else described)


@_endpoint
def revoke(request: Request, given: dict[str, str]) -> HttpResponse:
    """End one of the app's own tokens. What is none is ended already."""
    app = _client(request, given)
    issuing.end(app, _needed(given, "token"))
    return json_response({})


@require_GET
def metadata(request: HttpRequest) -> HttpResponse:
    """RFC 8414: where everything is, and what is understood."""
    base = site()
    proofs = ["client_secret_basic", "client_secret_post"]
    return json_response(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token",
            "introspection_endpoint": f"{base}/oauth/introspect",
            "revocation_endpoint": f"{base}/oauth/revoke",
            "scopes_supported": sorted(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": list(GrantType.values),
            "code_challenge_methods_supported": [METHOD],
            "prompt_values_supported": list(PROMPTS),
            "token_endpoint_auth_methods_supported": [*proofs, "none"],
            "introspection_endpoint_auth_methods_supported": proofs,
            "revocation_endpoint_auth_methods_supported": [*proofs, "none"],
            "authorization_response_iss_parameter_supported": True,
        }
    )


def _by_code(app: OAuthApp, given: dict[str, str]) -> issuing.Issued:
    return issuing.exchange_code(
        app,
        code=_needed(given, "code"),
        redirect_uri=_needed(given, "redirect_uri"),
        verifier=_needed(given, "code_verifier"),
    )


def _by_refresh(app: OAuthApp, given: dict[str, str]) -> issuing.Issued:
    token = _needed(given, "refresh_token")
    return issuing.refresh(app, token=token, scope=given.get("scope"))


def _by_itself(app: OAuthApp, given: dict[str, str]) -> issuing.Issued:
    return issuing.act_by_itself(app, scope=given.get("scope"))


_GRANTS: dict[str, Callable[[OAuthApp, dict[str, str]], issuing.Issued]] = {
    GrantType.AUTHORIZATION_CODE: _by_code,
    GrantType.REFRESH_TOKEN: _by_refresh,
    GrantType.CLIENT_CREDENTIALS: _by_itself,
}


def _client(request: Request, given: dict[str, str], *, needs_secret: bool = False) -> OAuthApp:
    header = request.headers.get("Authorization", "")
    app = client_of(header, given, needs_secret=needs_secret)
    check(request, f"{current_tenant()}:{app.id}", BY_APP)
    return app


def _form(request: HttpRequest) -> dict[str, str]:
    if request.content_type != _FORM:
        raise OAuthError("invalid_request", f"Send {_FORM}.", status=415)
    try:
        text = request.body.decode("ascii")
    except RequestDataTooBig as wrong:
        raise OAuthError("invalid_request", "The request is too long.", status=413) from wrong
    except UnicodeDecodeError as wrong:
        raise OAuthError("invalid_request", "Send the form percent-encoded.") from wrong
    if request.GET:
        raise OAuthError("invalid_request", "Send parameters in the body, not in the address.")
    given, twice = parameters_of(text)
    if twice:
        raise OAuthError("invalid_request", "Send each parameter once.")
    return given


def _needed(given: dict[str, str], name: str) -> str:
    if name not in given:
        raise OAuthError("invalid_request", f"Send {name}.")
    return given[name]
