"""How SCIM refuses (RFC 7644, 3.12), and how our own refusals look in it."""

from typing import Any

from core.errors import Conflict, FieldError, Invalid, Refusal

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    """An answer of the SCIM kind; `scim_type` is one of the RFC's words where it has one."""

    def __init__(self, status: int, detail: str, scim_type: str = "") -> None:
        self.status, self.detail, self.scim_type = status, detail, scim_type
        super().__init__(detail)


def invalid_value(detail: str) -> ScimError:
    """A value that cannot be accepted."""
    return ScimError(400, detail, "invalidValue")


def invalid_filter(detail: str) -> ScimError:
    """A filter that cannot be read."""
    return ScimError(400, detail, "invalidFilter")


def invalid_path(detail: str) -> ScimError:
    """A PATCH path that names nothing."""
    return ScimError(400, detail, "invalidPath")


def of_refusal(refusal: Refusal) -> ScimError:
    """One of our refusals in SCIM's words."""
    words = " ".join(_words(error) for error in refusal.errors)
    detail = words or str(refusal.detail or refusal.title)
    if isinstance(refusal, Conflict):
        return ScimError(409, detail, "uniqueness" if refusal.code == "taken" else "")
    if isinstance(refusal, Invalid):
        return ScimError(400, detail, "invalidValue")
    return ScimError(refusal.status, detail)


def _words(error: FieldError) -> str:
    return f"{error.field}: {error.message}"


def error_body(error: ScimError) -> dict[str, Any]:
    """A refusal as SCIM writes it."""
    body: dict[str, Any] = {"schemas": [ERROR], "status": str(error.status)}
    if error.scim_type:
        body["scimType"] = error.scim_type
    return {**body, "detail": error.detail}
