"""Vocabulary of projects."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    LEAD = "lead", _("lead")
    SCREENING = "screening", _("screening")
    INCUBATING = "incubating", _("incubating")
    ACCELERATING = "accelerating", _("accelerating")
    RELOCATING = "relocating", _("relocating")
    LANDED = "landed", _("landed")
    INDUSTRIALISING = "industrialising", _("industrialising")
    INDUSTRIALISED = "industrialised", _("industrialised")
    ALUMNI = "alumni", _("alumni follow-up")
    SUSPENDED = "suspended", _("suspended")
    MOVED_ELSEWHERE = "moved_elsewhere", _("moved elsewhere")
    TERMINATED = "terminated", _("terminated")


class Cause(models.TextChoices):
    """Why a project died."""

    FUNDING = "funding", _("funding")
    POLICY = "policy", _("policy")
    SERVICE = "service", _("service")
    TECHNOLOGY = "technology", _("technology")
    TEAM = "team", _("team")
    MARKET = "market", _("market")


class FactKind(models.TextChoices):
    """Dated facts that are never summed with one another: signed ≠ registered ≠ paid in ≠ producing."""

    SIGNED = "signed", _("agreement signed")
    REGISTERED = "registered", _("company registered")
    PAID_IN = "paid_in", _("capital paid in")
    STARTED = "started", _("construction started")
    PRODUCING = "producing", _("in production")


class LeadSource(models.TextChoices):
    EVENT = "event", _("event")
    CONTEST = "contest", _("contest")
    MANDATE = "mandate", _("recruitment mandate")
    REFERRAL = "referral", _("referral")
    UNIVERSITY = "university", _("university partner")
    INVESTOR = "investor", _("investor")
    DIRECT = "direct", _("direct contact")


class GateTableStatus(models.TextChoices):
    """A draft is written; what is published holds from its day on and never changes."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


class RequirementKind(models.TextChoices):
    """What a gate may ask for."""

    FIELD = "field", _("field of the record")
    FACT = "fact", _("dated fact")
    EVIDENCE = "evidence", _("attached file")
    CONDITION = "condition", _("condition")


class RequestState(models.TextChoices):
    """Where the request for a step through a gate stands."""

    OPEN = "open", _("waits for a decision")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("sent back with words")
    WITHDRAWN = "withdrawn", _("withdrawn")


class StepState(models.TextChoices):
    """Where one step of a leg's checklist stands."""

    OPEN = "open", _("not begun")
    IN_PROGRESS = "in_progress", _("in progress")
    DONE = "done", _("done")
    NOT_NEEDED = "not_needed", _("not needed")


class ProposalState(models.TextChoices):
    """Where a proposal to divide the credit stands."""

    OPEN = "open", _("waiting for answers")
    OBJECTED = "objected", _("objected to")
    AGREED = "agreed", _("agreed by all sides")
    DECIDED = "decided", _("put in force by the park")
    REJECTED = "rejected", _("turned down by the park")
    WITHDRAWN = "withdrawn", _("withdrawn")


class SideAnswer(models.TextChoices):
    """What one side says to a proposal."""

    AGREE = "agree", _("agrees")
    OBJECT = "object", _("objects")


class Presence(models.TextChoices):
    """Whether a support was there in the twelve months before a project ended or stalled."""

    YES = "yes", _("was there")
    NO = "no", _("was missing")
    UNKNOWN = "unknown", _("not known")


class Product(models.TextChoices):
    """What came of a project that returned from abroad."""

    DRUG = "drug", _("drug")
    DEVICE = "device", _("medical device")
    DIAGNOSTIC = "diagnostic", _("diagnostic")
    OTHER = "other", _("other product")


class ClinicalPhase(models.TextChoices):
    """How far a drug or device has come."""

    PRECLINICAL = "preclinical", _("preclinical")
    TRIAL_APPROVED = "trial_approved", _("clinical trial approved")
    PHASE_1 = "phase_1", _("phase I")
    PHASE_2 = "phase_2", _("phase II")
    PHASE_3 = "phase_3", _("phase III")
    APPROVED = "approved", _("approved for the market")


class RecordKind(models.TextChoices):
    """What can be merged."""

    PROJECT = "project", _("project")
    ENTERPRISE = "enterprise", _("enterprise")
