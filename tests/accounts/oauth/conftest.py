"""An app of acme's, and one of globex's."""

import pytest

from tests.accounts.oauth.program import CALLBACK, LOOPBACK, Program


@pytest.fixture
def crm(cast, in_acme) -> Program:
    return Program()


@pytest.fixture
def phone(cast, in_acme) -> Program:
    """A public app on people's own devices."""
    return Program(name="Phone", kind="public", redirect_uris=[LOOPBACK, CALLBACK])
