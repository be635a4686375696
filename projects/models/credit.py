"""Proposals to divide the credit for a landing, and what each side says to them."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired
from incubators.models import Incubator, Organisation
from incubators.scope import Action, scope_of
from projects.enums import ProposalState, SideAnswer
from projects.models.projects import Project

OPEN = (ProposalState.OPEN, ProposalState.OBJECTED)


class CreditProposalQuerySet(models.QuerySet["CreditProposal"]):
    def visible_to(self, user: Any) -> Self:
        """Those of one's own projects, and those in which an incubator of one's own is to get a share."""
        places = scope_of(user).places(Action.READ)
        of_project = places.filter(park="project__park", incubator="project__incubator")
        involved = ProposedShare.objects.filter(
            proposal=OuterRef("pk"), incubator__in=sorted(places.incubator_ids)
        )
        return self.filter(of_project | Exists(involved), project__merged_into=None)


class CreditProposal(models.Model):
    """A division of the credit that somebody proposes; in force once every side agreed."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="credit_proposals"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    words = models.TextField(_("reasons"), blank=True)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("closed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    closing_words = models.TextField(_("reason of the decision"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = CreditProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit proposal")
        verbose_name_plural = _("credit proposals")
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=["open", "objected"]),
                name="projects_one_open_proposal",
                violation_error_message=_("A proposal for this project is still open."),
            ),
            models.CheckConstraint(
                name="projects_proposal_state",
                condition=Q(state__in=ProposalState.values),
                violation_error_message=_("This is not a state of a proposal."),
            ),
            paired("closed_at", "closed_by", name="projects_proposal_closed_pair"),
            models.CheckConstraint(
                name="projects_proposal_closed_when_over",
                condition=Q(state__in=["open", "objected"], closed_at__isnull=True)
                | (~Q(state__in=["open", "objected"]) & Q(closed_at__isnull=False)),
                violation_error_message=_("A proposal that is over says who closed it and when."),
            ),
            models.CheckConstraint(
                name="projects_proposal_decision_has_reason",
                condition=~Q(state__in=["decided", "rejected"]) | ~Q(closing_words=""),
                violation_error_message=_("The park gives the reason of its decision."),
            ),
        ]
        indexes = [models.Index(fields=["-proposed_at", "-id"], name="projects_proposals_newest")]

    def __str__(self) -> str:
        return f"{self.project.code} {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class OfProposalQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(proposal__in=CreditProposal.objects.visible_to(user))


class ProposedShare(models.Model):
    """What one incubator, with its operator, would be credited with."""

    proposal = models.ForeignKey(
        CreditProposal, verbose_name=_("credit proposal"), on_delete=models.CASCADE, related_name="shares"
    )
    incubator = models.ForeignKey(
        Incubator, verbose_name=_("incubator"), on_delete=models.PROTECT, related_name="+"
    )
    operator = models.ForeignKey(
        Organisation, verbose_name=_("operator"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    percent = models.DecimalField(_("share in %"), max_digits=5, decimal_places=2)

    objects = OfProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed share")
        verbose_name_plural = _("proposed shares")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "incubator"],
                name="projects_proposed_once_per_incubator",
                violation_error_message=_("This incubator already has a share."),
            ),
            models.CheckConstraint(
                name="projects_proposed_between_0_and_100",
                condition=Q(percent__gt=0, percent__lte=100),
                violation_error_message=_("A share lies above 0% and is at most 100%."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incubator} {self.percent}%"


class CreditAnswer(models.Model):
    """What one side says; the park's own answer has no incubator. A side may change its mind while open."""

    proposal = models.ForeignKey(
        CreditProposal, verbose_name=_("credit proposal"), on_delete=models.CASCADE, related_name="answers"
    )
    incubator = models.ForeignKey(
        Incubator, verbose_name=_("incubator"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    answer = models.CharField(_("answer"), max_length=8, choices=SideAnswer.choices)
    words = models.TextField(_("in words"), blank=True)
    answered_at = models.DateTimeField(_("answered"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = OfProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a proposal")
        verbose_name_plural = _("answers to proposals")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "incubator"],
                nulls_distinct=False,
                name="projects_one_answer_per_side",
                violation_error_message=_("This side has already answered."),
            ),
            models.CheckConstraint(
                name="projects_objection_has_words",
                condition=(Q(answer=SideAnswer.OBJECT) & ~Q(words="")) | Q(answer=SideAnswer.AGREE),
                violation_error_message=_("Whoever objects says why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incubator or self.proposal.project.park} {self.get_answer_display()}"
