"""What runs alone carries nothing that only a cluster needs."""

import subprocess
import sys
from pathlib import Path

LOOK = """
import sys
import main, service.running
print([name for name in ("procrastinate", "psycopg", "psycopg_pool", "alembic") if name in sys.modules])
"""


def test_a_process_on_sqlite_imports_no_server_and_no_queue() -> None:
    looked = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert looked.stdout == "[]\n"
