"""scim2-tester finds nothing: every attribute, every method, discovery and errors."""

from django.core.wsgi import get_wsgi_application
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_models import ScimProvider
from scim2_tester import Status, check_server

from tests.accounts.scim.calls import Provider


def test_the_tester_finds_nothing(cast, real_commits):
    provider = Provider()
    client = WSGISCIMClient(
        get_wsgi_application(),
        base_url="http://acme.localhost/scim/v2",
        headers={"Authorization": f"Bearer {provider.token}", "Host": "acme.localhost"},
        provider=ScimProvider(),
    )

    results = check_server(client)

    found = [result for result in results if result.status not in (Status.SUCCESS, Status.SKIPPED)]
    assert "\n".join(f"{one.title}: {one.reason}" for one in found) == ""
    assert sum(result.status == Status.SUCCESS for result in results) > 60
