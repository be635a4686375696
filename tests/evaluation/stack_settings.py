"""Settings of the processes that ``test_resume`` starts: slow steps, short leases, the test's database."""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]
MEDIA_ROOT = os.environ["TEST_MEDIA_ROOT"]
CELERY_BROKER_URL = os.environ["TEST_BROKER_URL"]
EVALUATION_STEP_PAUSE = float(os.environ.get("TEST_STEP_PAUSE", "0"))
EVALUATION_LEASE_SECONDS = 4
CELERY_BEAT_SCHEDULE = {"resume reports": {"task": "evaluation.resume_reports", "schedule": 1.0}}
