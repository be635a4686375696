"""Settings that hold everywhere; ``dev``, ``test`` and ``production`` say what differs."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# --- applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_celery_results",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "core",
    "accounts",
    "incubators",
    "evidence",
    "exchange",
    "enterprises",
    "projects",
    "outreach",
    "support",
    "ledger",
    "reviews",
    "funding",
    "applications",
    "contests",
    "sharing",
    "capital",
    "evaluation",
    "returns",
    "insight",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.web.security.ContentSecurityPolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.web.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.navigation",
                "incubators.web.context.place",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------------------
DATABASES = {"default": env.database(env.text("DATABASE_URL", "postgresql:///enclave"))}
DATABASES["default"] |= {"ATOMIC_REQUESTS": False}
DATABASES["default"]["OPTIONS"] |= {
    "pool": {"min_size": 1, "max_size": env.integer("DATABASE_POOL", 8), "timeout": 20},
    "server_side_binding": True,
    # Django turns prepared statements off for the sake of poolers in between; this pool is our own.
    "prepare_threshold": 1,
    "options": "-c jit=off",
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
}

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "accounts.adapters.ClosedSignupAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
DEMO_ACCOUNTS_ALLOWED = False

# --- languages and time -------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- files --------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", BASE_DIR / "media")
EVIDENCE_MAX_BYTES = env.integer("EVIDENCE_MAX_BYTES", 30 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# A meeting decides about hundreds of applications at once, each a row of five fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- background work ----------------------------------------------------------------------------
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", REDIS_URL)
CELERY_RESULT_BACKEND = "django-db"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "resume reports": {"task": "evaluation.resume_reports", "schedule": 10.0},
    "resume portfolio runs": {"task": "funding.resume_runs", "schedule": 30.0},
    "resume imports": {"task": "exchange.resume_imports", "schedule": 10.0},
    "open period returns": {"task": "returns.open_returns", "schedule": 6 * 3600.0},
    "follow projects": {"task": "outreach.follow_projects", "schedule": 24 * 3600.0},
    "send digests": {"task": "insight.send_digests", "schedule": 15 * 60.0},
    "escalate what is late": {"task": "insight.escalate", "schedule": 3600.0},
    "propose what needs no application": {"task": "funding.sweep", "schedule": 24 * 3600.0},
    "forget idempotency keys": {"task": "core.forget_old_keys", "schedule": 24 * 3600.0},
}

#: Where people reach the system; links in mails begin with it.
SITE_URL = env.text("SITE_URL", "http://localhost:8000")

# --- REST ---------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "core.api.problems.handle_exception",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Innovation enclave API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # Without names of our own, two enumerations over fields called "kind" would be numbered at random.
    "ENUM_NAME_OVERRIDES": {
        "ProgrammeStateEnum": "applications.enums.ProgrammeState",
        "StepKindEnum": "applications.enums.StepKind",
        "ApplicantKindEnum": "applications.enums.ApplicantKind",
        "AwardRuleEnum": "applications.enums.AwardRule",
        "MarkBasisEnum": "applications.enums.MarkBasis",
        "ApplicationStateEnum": "applications.enums.ApplicationState",
        "StepResultEnum": "applications.enums.StepResult",
        "DecisionOutcomeEnum": "applications.enums.DecisionOutcome",
        "MoneyStageEnum": "applications.enums.MoneyStage",
        "BidStateEnum": "contests.enums.BidState",
        "ChallengeStateEnum": "contests.enums.ChallengeState",
        "EntryRefusalEnum": "contests.enums.EntryRefusal",
        "EntrySourceEnum": "contests.enums.EntrySource",
        "ContestEntryStateEnum": "contests.enums.EntryState",
        "MilestoneStateEnum": "contests.enums.MilestoneState",
        "PromotionRuleAnswerEnum": "contests.enums.RuleAnswer",
        "TargetRelationEnum": "contests.enums.TargetRelation",
        "ComputabilityEnum": "funding.enums.Computability",
        "EntitlementEnum": "funding.enums.Entitlement",
        "PolicyStatusEnum": "funding.enums.PolicyStatus",
        "PortfolioStateEnum": "funding.enums.PortfolioState",
        "GrantProposalStateEnum": "funding.enums.GrantProposalState",
        "BudgetChangeKindEnum": "ledger.enums.ChangeKind",
        "BudgetChangeStateEnum": "ledger.enums.ChangeState",
        "CommitmentStateEnum": "ledger.enums.CommitmentState",
        "CrossBorderKindEnum": "ledger.enums.CrossBorderKind",
        "InstalmentStateEnum": "ledger.enums.InstalmentState",
        "BookingKindEnum": "ledger.enums.BookingKind",
        "PaymentBatchStateEnum": "ledger.enums.BatchState",
        "SharingBaseEnum": "sharing.enums.SharingBase",
        "SharingRoleEnum": "sharing.enums.SharingRole",
        "SharingVersionStateEnum": "sharing.enums.SharingVersionState",
        "CountedByEnum": "sharing.enums.CountedBy",
        "TailRuleEnum": "sharing.enums.TailRule",
        "MissingFigureEnum": "sharing.enums.MissingFigure",
        "SharingEntryKindEnum": "sharing.enums.SharingEntryKind",
        "PostingSideEnum": "sharing.enums.PostingSide",
        "SettlementKindEnum": "sharing.enums.SettlementKind",
        "SettlementStateEnum": "sharing.enums.SettlementState",
        "AssignmentStateEnum": "reviews.enums.AssignmentState",
        "CaseResultEnum": "reviews.enums.CaseResult",
        "ConflictKindEnum": "reviews.enums.ConflictKind",
        "DayCountEnum": "reviews.enums.DayCount",
        "TieRuleEnum": "funding.enums.TieRule",
        "ExpertRegionEnum": "reviews.enums.ExpertRegion",
        "MarkMethodEnum": "reviews.enums.MarkMethod",
        "ReviewRoundKindEnum": "reviews.enums.RoundKind",
        "ReviewRoundStateEnum": "reviews.enums.RoundState",
        "RulingEnum": "reviews.enums.Ruling",
        "ExitKindEnum": "capital.enums.ExitKind",
        "FundStageEnum": "capital.enums.FundStage",
        "InterestSubsidyStateEnum": "capital.enums.SubsidyState",
        "MatchStageEnum": "capital.enums.MatchStage",
        "AgreementKindEnum": "outreach.enums.AgreementKind",
        "AnswerEnum": "enterprises.enums.Answer",
        "AudienceEnum": "evaluation.enums.Audience",
        "CauseEnum": "projects.enums.Cause",
        "ClinicalPhaseEnum": "projects.enums.ClinicalPhase",
        "ComparisonEnum": "enterprises.enums.Comparison",
        "CurrencyEnum": "core.enums.Currency",
        "DegreeEnum": "enterprises.enums.Degree",
        "DigestRhythmEnum": "insight.enums.DigestRhythm",
        "DigestStateEnum": "insight.enums.DigestState",
        "DirectionEnum": "evaluation.enums.Direction",
        "DropReasonEnum": "outreach.enums.DropReason",
        "EnterpriseKindEnum": "enterprises.enums.EnterpriseKind",
        "EventKindEnum": "outreach.enums.EventKind",
        "EvidenceKindEnum": "evidence.enums.EvidenceKind",
        "FactKindEnum": "projects.enums.FactKind",
        "FigureKindEnum": "incubators.enums.FigureKind",
        "FigureStatusEnum": "core.enums.FigureStatus",
        "FilingStatusEnum": "enterprises.enums.FilingStatus",
        "FilingStepEnum": "enterprises.enums.FilingStep",
        "FinancingRoundEnum": "enterprises.enums.FinancingRound",
        "GuaranteeEnum": "enterprises.enums.Guarantee",
        "ImportSourceEnum": "exchange.enums.ImportSource",
        "ImportStateEnum": "exchange.enums.ImportState",
        "IncubatorKindEnum": "incubators.enums.IncubatorKind",
        "InteractionKindEnum": "outreach.enums.InteractionKind",
        "IpKindEnum": "enterprises.enums.IpKind",
        "IpOfficeEnum": "enterprises.enums.IpOffice",
        "LadderFactKeyEnum": "enterprises.enums.LadderFactKey",
        "LeadOriginEnum": "outreach.enums.LeadOrigin",
        "LeadSourceEnum": "projects.enums.LeadSource",
        "LeadStageEnum": "outreach.enums.LeadStage",
        "LicenceKindEnum": "enterprises.enums.LicenceKind",
        "MentorFieldEnum": "support.enums.MentorField",
        "MentorRegionEnum": "support.enums.MentorRegion",
        "NodeKindEnum": "evaluation.enums.NodeKind",
        "OrganisationKindEnum": "incubators.enums.OrganisationKind",
        "ParkRoleEnum": "incubators.enums.ParkRole",
        "PresenceEnum": "projects.enums.Presence",
        "ProductEnum": "projects.enums.Product",
        "ProposalStateEnum": "projects.enums.ProposalState",
        "ProvenanceEnum": "core.enums.Provenance",
        "QualifierEnum": "core.enums.Qualifier",
        "RecognitionKindEnum": "enterprises.enums.RecognitionKind",
        "RecordKindEnum": "projects.enums.RecordKind",
        "RentUnitEnum": "enterprises.enums.RentUnit",
        "ReportFormatEnum": "evaluation.enums.ReportFormat",
        "ReportLanguageEnum": "evaluation.enums.ReportLanguage",
        "RequestStateEnum": "projects.enums.RequestState",
        "RequirementKindEnum": "projects.enums.RequirementKind",
        "ReturnActEnum": "returns.enums.ReturnAct",
        "ReturnFrequencyEnum": "returns.enums.Frequency",
        "ReturnStateEnum": "returns.enums.ReturnState",
        "RowDecisionEnum": "exchange.enums.RowDecision",
        "RowStateEnum": "exchange.enums.RowState",
        "RowStatusEnum": ["created", "updated", "unchanged", "error"],
        "RunStateEnum": "evaluation.enums.RunState",
        "VersionStatusEnum": "evaluation.enums.SchemeStatus",
        "ServiceKindEnum": "support.enums.ServiceKind",
        "SideAnswerEnum": "projects.enums.SideAnswer",
        "SpaceKindEnum": "incubators.enums.SpaceKind",
        "StageEnum": "projects.enums.Stage",
        "StepStateEnum": "projects.enums.StepState",
        "SuccessStageEnum": "outreach.enums.SuccessStage",
        "TalentOutcomeEnum": "enterprises.enums.TalentOutcome",
        "TalentPlanEnum": "enterprises.enums.TalentPlan",
        "TicketEntryKindEnum": "support.enums.EntryKind",
        "TicketStateEnum": "support.enums.TicketState",
        "TokenScopeEnum": "accounts.enums.TokenScope",
    },
}

# --- security -----------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
