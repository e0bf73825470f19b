"""What this server says of itself: its configuration, resource types and schemas."""

from functools import cache
from typing import Any

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    EnterpriseUser,
    ETag,
    Filter,
    Group,
    Pagination,
    Patch,
    ResourceType,
    SchemaExtension,
    ServiceProviderConfig,
    Sort,
    User,
)

from accounts.scim.schema import GROUP

MOST_RESULTS = 200
MOST_BULK = 1000
MOST_BYTES = 1_000_000


@cache
def service_provider_config() -> dict[str, Any]:
    """What is supported, and how one signs in."""
    config = ServiceProviderConfig(
        documentation_uri=None,
        patch=Patch(supported=True),
        bulk=Bulk(supported=True, max_operations=MOST_BULK, max_payload_size=MOST_BYTES),
        filter=Filter(supported=True, max_results=MOST_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        pagination=Pagination(
            cursor=True,
            index=True,
            default_pagination_method="index",
            default_page_size=100,
            max_page_size=MOST_RESULTS,
        ),
        authentication_schemes=[
            AuthenticationScheme(
                type="oauthbearertoken",
                name="Bearer token",
                description="A token that an admin of the organisation made for directory sync.",
                primary=True,
            )
        ],
    )
    return config.model_dump()


@cache
def resource_types() -> dict[str, dict[str, Any]]:
    """`User` and `Group`, by id."""
    user = ResourceType(
        id="User",
        name="User",
        description="People",
        endpoint="/Users",
        schema_=User.__schema__,
        schema_extensions=[SchemaExtension(schema_=EnterpriseUser.__schema__, required=False)],
    )
    group = ResourceType(
        id="Group",
        name="Group",
        description="Groups",
        endpoint="/Groups",
        schema_=Group.__schema__,
    )
    return {one.id: one.model_dump() for one in (user, group) if one.id}


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """The schemas of both and of the enterprise extension, by URN."""
    found = {
        str(schema.id): schema.model_dump()
        for schema in (model.to_schema() for model in (User, EnterpriseUser, Group))
    }
    # RFC 7643, 4.2: a member is its id, address and kind; what they are called is theirs to say.
    (members,) = (a for a in found[GROUP]["attributes"] if a["name"] == "members")
    members["subAttributes"] = [
        part for part in members["subAttributes"] if part["name"] != "display"
    ]
    return found


def with_location(resource: dict[str, Any], kind: str, location: str) -> dict[str, Any]:
    """A discovery document with the address that it was asked at."""
    return {**resource, "meta": {"resourceType": kind, "location": location}}
