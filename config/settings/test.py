"""Settings of ``make test``: the development settings, quick password hashing, loud mistakes."""

import tempfile
from pathlib import Path

from config.settings.dev import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = Path(tempfile.gettempdir()) / "enclave-test-media"
