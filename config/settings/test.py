"""Settings of ``make test``: as in development, with quick password hashing and a broker for each process."""

import os
import tempfile
from pathlib import Path

from config.settings.dev import *  # noqa: F403
from config.settings.dev import REDIS_URL

# Processes of one test run share a Redis; none may hear the others. The cache has a database of its own,
# since clearing it empties a whole one; the broker has keys of its own, since kombu ignores the number of a
# database that follows the path of a socket.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1")[2:]) + 1
REDIS_URL = f"{REDIS_URL.split('?')[0]}?db={WORKER + 1}"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"test-{WORKER}-"}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"enclave-test-media-{os.getuid()}-{WORKER}"

# No test asks for a static file in this process; listing them all costs each test client more than its test.
STATIC_ROOT = MEDIA_ROOT / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
