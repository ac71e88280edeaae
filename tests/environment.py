"""The environment of the tests, set before Django reads it: fresh secrets, a database of their own.

Loaded with ``-p tests.environment``. Worker processes inherit what is set here.
"""

from __future__ import annotations

import atexit
import base64
import os
import secrets
import shutil
import tempfile

# In memory where there is room for it: thousands of small transactions wait for the disk otherwise.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

if "TEST_SCRATCH" not in os.environ:
    os.environ["TEST_SCRATCH"] = tempfile.mkdtemp(prefix="identity-cloud-", dir=MEMORY)
    atexit.register(shutil.rmtree, os.environ["TEST_SCRATCH"], ignore_errors=True)

SCRATCH = os.environ["TEST_SCRATCH"]
os.environ["TMPDIR"] = tempfile.tempdir = SCRATCH

os.environ.update(
    {
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SECRET_KEY": os.environ.get("TEST_SECRET_KEY") or secrets.token_urlsafe(48),
        "ACCESS_KEYS_MASTER_KEYS": "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        # Of each process of a run: what another one tidies away by its clock may be what a test counts by another.
        "CACHE_URL": f"filecache://{SCRATCH}/cache-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}",
        "STATIC_ROOT": f"{SCRATCH}/static",
        "COUNTER_FILE": f"{SCRATCH}/counters",
        "BAD_KEY_LIMIT": "1000000/second",  # All tests come from one address.
        "LOG_LEVEL": "INFO",
    }
)
# tests.postgres is loaded later and puts its own address here.
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", f"sqlite:///{SCRATCH}/tests.sqlite3")
for name in ("TRUSTED_PROXIES", "ACCESS_KEYS_MASTER_KEYS_FILE", "SECRET_KEY_FILE"):
    os.environ.pop(name, None)
