"""Settings of the processes that ``test_resume`` starts: slow chunks, short leases, the test's database."""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]
MEDIA_ROOT = os.environ["TEST_MEDIA_ROOT"]
CELERY_BROKER_URL = os.environ["TEST_BROKER_URL"]
EXCHANGE_STEP_PAUSE = float(os.environ.get("TEST_STEP_PAUSE", "0"))
EXCHANGE_LEASE_SECONDS = 3
CELERY_BEAT_SCHEDULE = {"resume imports": {"task": "exchange.resume_imports", "schedule": 1.0}}
