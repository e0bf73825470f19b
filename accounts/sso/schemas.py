"""What is known of an identity provider, beyond the columns of its row."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

Url = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)]
Claim = Annotated[str, StringConstraints(max_length=255, strip_whitespace=True)]


class Strict(BaseModel):
    """Fields that we do not know are refused by name."""

    model_config = ConfigDict(extra="forbid")


class SamlTrust(Strict):
    """What a SAML identity provider is known by: its addresses and the keys it signs with."""

    sso_url: Url
    sso_binding: Literal["redirect", "post"] = "redirect"
    slo_url: Url = ""
    slo_response_url: Url = ""
    slo_binding: Literal["redirect", "post"] = "redirect"
    certificates: list[str] = Field(min_length=1, max_length=10)
    """PEM; an answer signed by any of them is good, so that the provider can change its key."""
    wants_signed_requests: StrictBool = False


class OidcTrust(Strict):
    """What an OpenID Connect provider is known by; the endpoints come from its discovery."""

    client_id: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    authorization_endpoint: Url
    token_endpoint: Url
    jwks_uri: Url
    userinfo_endpoint: Url = ""
    end_session_endpoint: Url = ""
    client_auth: Literal["basic", "post", "none"] = "basic"
    names_itself: StrictBool = False
    """It promises to put `iss` into each answer (RFC 9207)."""
    scopes: Annotated[str, StringConstraints(max_length=255)] = "openid email profile"


class Mapping(Strict):
    """Which attribute or claim becomes what. Empty means: the usual names are tried."""

    subject: Claim = ""
    email: Claim = ""
    name: Claim = ""
    given_name: Claim = ""
    family_name: Claim = ""
    locale: Claim = ""
    groups: Claim = ""


class Grant(Strict):
    """What members of one of the provider's groups get here."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    role: Literal["", "admin", "member", "guest"] = ""
    group_id: UUID | None = None


class Options(Strict):
    """How strictly its answers are read, and what they may do."""

    creates_people: StrictBool = True
    keeps_people_in_step: StrictBool = True
    default_role: Literal["member", "guest"] = "member"
    idp_initiated: StrictBool = False
    needs_signed_response: StrictBool = False
    needs_encryption: StrictBool = False
    single_logout: StrictBool = True
    signs_requests: StrictBool = True
    userinfo: StrictBool = True
    clock_skew_s: Annotated[int, Field(strict=True, ge=0, le=300)] = 60
