"""Vocabulary of evaluation."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Direction(models.TextChoices):
    UP = "up", _("more is better")
    DOWN = "down", _("less is better")


class NodeKind(models.TextChoices):
    GROUP = "group", _("heading")
    INDICATOR = "indicator", _("indicator")
    BONUS = "bonus", _("bonus")
    DEDUCTION = "deduction", _("deduction")
    VETO = "veto", _("veto")


class RunState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("ready")
    FAILED = "failed", _("failed")


class ReportStep(models.TextChoices):
    """What a worker is doing."""

    CHECK = "check", _("checking the frozen data")
    SCORE = "score", _("scoring the indicators")
    COMPOSE = "compose", _("composing the report")
    RENDER = "render", _("typesetting the file")
    SEAL = "seal", _("sealing the digests")


class Audience(models.TextChoices):
    """For whom a run compares: only the park's own staff see other incubators beside this one."""

    PARK = "park", _("the park")
    OPERATOR = "operator", _("the operator")


class ReportFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    DOCX = "docx", "Word"
    XLSX = "xlsx", "Excel"


class ReportLanguage(models.TextChoices):
    ZH_HANS = "zh-hans", "中文"
    EN = "en", "English"


class SchemeStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
