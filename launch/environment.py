"""What a process of ours finds in its environment on a developer's or demo machine."""

import os

from launch.datadir import DataDir
from launch.servers import Servers


def describe(data_dir: DataDir, servers: Servers) -> dict[str, str]:
    """Return the variables that settings read, for what is not set from outside.

    In production the secret key has to come from outside: settings refuse to start without it.
    """
    variables = {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "CHANCERY_DATA_DIR": str(data_dir.path),
    }
    if os.environ.get("CHANCERY_ENV", "development") != "production":
        variables["CHANCERY_SECRET_KEY"] = os.environ.get("CHANCERY_SECRET_KEY") or data_dir.secret("django")
    return variables
