"""Every line that the server writes into a conversation has its sentence in the client."""

import re
from pathlib import Path

import pytest

from messaging.messages.system import Line

SOURCES = Path(__file__).parents[2] / "messaging/web/src/messages"


@pytest.mark.parametrize("line", list(Line), ids=str)
def test_a_line_of_ours_is_told_in_a_sentence(line: Line):
    ours = re.search(r"OURS = new Set\(\[(.+?)\]\)", (SOURCES / "system.ts").read_text())
    sentences = (SOURCES / "SystemSentence.tsx").read_text()

    assert ours is not None
    assert f'"{line}"' in ours[1]
    assert re.search(rf"^  {line}: \(", sentences, re.MULTILINE)
