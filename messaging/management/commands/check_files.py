"""`manage.py check_files`: try the store of the files, step by step, before people do."""

from typing import Any

from core.commands import ChanceryCommand
from messaging.files.trial import try_store


class Command(ChanceryCommand):
    help = (
        "Write, read and remove a small file where files are kept, send a part to a signed address"
        " as browsers do, and see that forged and damaged ones are refused. Leaves nothing behind."
    )

    def act(self, **options: Any) -> dict[str, Any]:
        return {"steps": try_store()}

    def words(self, result: dict[str, Any]) -> str:
        return "\n".join(f"{step}: {outcome}" for step, outcome in result["steps"].items())
