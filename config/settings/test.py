"""Settings of ``make test``: as in development, with quick password hashing and a broker for each process."""

import os
import tempfile
from pathlib import Path

from config.settings.dev import *  # noqa: F403
from config.settings.dev import CELERY_BROKER_URL, REDIS_URL

# Processes of one test run share a broker; each takes a database of its own, so that none hears the others.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1")[2:]) + 1


def _with_database(url: str, *, parameter: str) -> str:
    if "virtual_host=" in url or "db=" in url or url.startswith("redis://"):
        return url.split("?")[0] + f"?{parameter}={WORKER}" if "?" in url else url
    return f"{url}?{parameter}={WORKER}"


REDIS_URL = _with_database(REDIS_URL, parameter="db")
CELERY_BROKER_URL = _with_database(CELERY_BROKER_URL, parameter="virtual_host")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"enclave-test-media-{os.getuid()}-{WORKER}"

# No test asks for a static file in this process; listing them all costs each test client more than its test.
STATIC_ROOT = MEDIA_ROOT / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
