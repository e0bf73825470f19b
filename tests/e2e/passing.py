"""What a test does with a request of the page: has it answered by the server, and keeps the answer.

`Route.fetch` would look the organisation's host up by the system, which knows none below localhost
everywhere; browsers do.
"""

from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Route


def answered(route: Route) -> httpx.Response:
    """Send the request as the page would have, and return what the server says."""
    request = route.request
    address = urlsplit(request.url)
    own = address._replace(netloc=f"127.0.0.1:{address.port}").geturl()
    headers = {
        name: value for name, value in request.all_headers().items() if not name.startswith(":")
    }
    body = request.post_data_buffer
    headers |= {"host": address.netloc}
    return httpx.request(request.method, own, headers=headers, content=body, timeout=30)
