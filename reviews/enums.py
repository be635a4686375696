"""Vocabulary of expert reviews and public notices."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExpertRegion(models.TextChoices):
    """Where an expert works; Hong Kong and Macao are counted apart."""

    MAINLAND = "mainland", _("mainland of China")
    HONG_KONG = "hong_kong", _("Hong Kong")
    MACAO = "macao", _("Macao")
    OVERSEAS = "overseas", _("overseas")


class RoundKind(models.TextChoices):
    """Steps of a review chain in which experts give marks."""

    PROFESSIONAL = "professional", _("professional review")
    DEFENCE = "defence", _("defence before the panel")
    SITE_VISIT = "site_visit", _("visit on site")
    ROADSHOW = "roadshow", _("roadshow")
    OTHER = "other", _("other review")


class RoundState(models.TextChoices):
    """Criteria are written in a draft and frozen once the round is open."""

    DRAFT = "draft", _("being prepared")
    OPEN = "open", _("under review")
    CLOSED = "closed", _("review closed")


class MarkMethod(models.TextChoices):
    """How the marks of several experts become one."""

    MEAN = "mean", _("mean of all marks")
    TRIMMED_MEAN = "trimmed_mean", _("mean without the highest and the lowest mark")


class AssignmentState(models.TextChoices):
    """Where one expert stands with one case."""

    PROPOSED = "proposed", _("proposed, not yet invited")
    INVITED = "invited", _("invited to review")
    ACCEPTED = "accepted", _("reviewing")
    SUBMITTED = "submitted", _("marks submitted")
    DECLINED = "declined", _("declined the review")
    RECUSED = "recused", _("recused")
    WITHDRAWN = "withdrawn", _("taken off the case")


class ConflictKind(models.TextChoices):
    """Why an expert may not judge a case."""

    EMPLOYER = "employer", _("same employer")
    INCUBATOR = "incubator", _("same incubator")
    TEAM = "team", _("member of the team")
    MENTOR = "mentor", _("mentor of the project")
    DECLARED = "declared", _("declared by the expert")
    PARK = "park", _("found by the park")


class CaseResult(models.TextChoices):
    """What a named person concluded from the marks; marks alone conclude nothing."""

    RECOMMENDED = "recommended", _("recommended")
    NOT_RECOMMENDED = "not_recommended", _("not recommended")
    DISCUSSION = "discussion", _("needs discussion at the meeting")


class DayCount(models.TextChoices):
    """How the days of a public notice are counted."""

    CALENDAR = "calendar", _("calendar days")
    WORKING = "working", _("working days")


class NoticeCode(models.TextChoices):
    """Where a public notice stands on a day."""

    UPCOMING = "upcoming", _("not yet on show")
    RUNNING = "running", _("on show")
    OBJECTIONS = "objections", _("over, objections to be ruled on")
    OVER = "over", _("over, nothing open")
    WITHDRAWN = "withdrawn", _("notice withdrawn")


class Ruling(models.TextChoices):
    """What became of an objection."""

    UPHELD = "upheld", _("objection upheld")
    REJECTED = "rejected", _("objection not upheld")
