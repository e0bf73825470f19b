"""Mail that really arrives."""

from collections.abc import Iterator

import pytest

from tests.accounts.letterbox import Letterbox, letterbox


@pytest.fixture
def mail(settings) -> Iterator[Letterbox]:
    with letterbox(settings) as box:
        yield box
