"""The migrations of messaging and one more, as a release brings it: what that costs a fleet."""

from pathlib import Path

from messaging import migrations

# Django looks for migrations in all folders of a package.
__path__ = [*migrations.__path__, str(Path(__file__).parent)]

LAST = sorted(path.stem for path in Path(migrations.__path__[0]).glob("[0-9]*.py"))[-1]
COLUMN = "one_more"
