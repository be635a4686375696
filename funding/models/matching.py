"""What was answered about an applicant, answers that were kept, and proposals without an application."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, paired, second_person
from enterprises.models import Enterprise
from funding.enums import GrantProposalState
from funding.models.policies import Policy, PolicyVersion
from incubators.models import Verifiable
from incubators.scope import Action, scope_of
from projects.models import Project


def one_applicant(name: str) -> models.CheckConstraint:
    """An enterprise or a project, never both and never neither."""
    return models.CheckConstraint(
        name=name,
        condition=Q(enterprise__isnull=False, project__isnull=True)
        | Q(enterprise__isnull=True, project__isnull=False),
        violation_error_message=_("It is about one enterprise or one project."),
    )


class OfApplicantQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """What is about enterprises and projects the person sees."""
        places = scope_of(user).places(Action.READ)
        return self.filter(
            Q(enterprise__merged_into=None)
            & places.filter(park="enterprise__park", incubator="enterprise__incubator")
            & Q(enterprise__isnull=False)
            | Q(project__merged_into=None)
            & places.filter(park="project__park", incubator="project__incubator")
            & Q(project__isnull=False)
        )


class OfApplicant(models.Model):
    """Belongs to one enterprise or one project."""

    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="%(class)ss",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="%(class)ss",
    )

    class Meta:
        abstract = True

    @property
    def applicant(self) -> Enterprise | Project:
        """Whom it is about."""
        found = self.enterprise or self.project
        assert found is not None
        return found

    @property
    def chain(self) -> str:
        return self.applicant.chain


class StatedPolicyFact(OfApplicant, Verifiable):
    """An answer to a question of policies, as of a day. Kept beside the records, which it never changes.

    Every policy that asks for the same ``key`` uses it; what differs from one application to the next (the
    amount asked for, say) belongs to one ``policy``. A new answer is a new row, so that earlier ones stay.
    ``value`` is true or false, a whole number, text with a point, a choice, or a list of sums.
    """

    policy = models.ForeignKey(
        Policy,
        verbose_name=_("policy"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="stated_facts",
    )
    key = models.CharField(_("fact"), max_length=60)
    value = models.JSONField(_("value"))
    on = models.DateField(_("as of"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OfApplicantQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a question of policies")
        verbose_name_plural = _("answers to questions of policies")
        constraints = [
            one_applicant("funding_stated_fact_of_one"),
            paired("verified_at", "verified_by", name="funding_stated_fact_verified_pair"),
            second_person("entered_by", "verified_by", name="funding_stated_fact_second_person"),
        ]

    def __str__(self) -> str:
        return f"{self.applicant} {self.key}"


class PolicyAnswer(OfApplicant):
    """An answer of a policy as it was handed out: version, inputs with their sources, result. Never changes.

    ``inputs`` maps a key to value, origin, label, as_of and verified; ``sha256`` is over the canonical JSON
    of version, terms, day, inputs and result.
    """

    version = models.ForeignKey(
        PolicyVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="answers"
    )
    as_of = models.DateField(_("as of"))
    inputs = models.JSONField(_("facts used"))
    result = models.JSONField(_("result"))
    sha256 = models.CharField(_("checksum"), max_length=64)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("nobody where the nightly sweep asked"),
    )

    objects = OfApplicantQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept answer of a policy")
        verbose_name_plural = _("kept answers of policies")
        constraints = [one_applicant("funding_answer_of_one")]

    def __str__(self) -> str:
        return f"{self.version} · {self.applicant} · {self.as_of}"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: Any) -> Self:
        places = scope_of(user).places(Action.READ)
        return self.filter(
            places.filter(park="enterprise__park", incubator="enterprise__incubator"),
            enterprise__merged_into=None,
        )


class Proposal(models.Model):
    """免申即享: an enterprise is entitled to what needs no application. Proposed once for a period.

    ``period`` is the calendar year; ``amount`` is a ceiling where the terms say "up to".
    """

    version = models.ForeignKey(
        PolicyVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="proposals"
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.CASCADE, related_name="policy_proposals"
    )
    period = models.CharField(_("period"), max_length=7)
    answer = models.OneToOneField(
        PolicyAnswer, verbose_name=_("answer"), on_delete=models.PROTECT, related_name="proposal"
    )
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=GrantProposalState.choices, default=GrantProposalState.OPEN
    )
    proposed_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal without application")
        verbose_name_plural = _("proposals without application")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "enterprise", "period"],
                name="funding_proposal_once",
                violation_error_message=_("This is proposed to the enterprise for this period already."),
            ),
            paired("decided_at", "decided_by", name="funding_proposal_decided_pair"),
            models.CheckConstraint(
                name="funding_proposal_state_fits",
                condition=Q(state=GrantProposalState.OPEN, decided_at__isnull=True)
                | (~Q(state=GrantProposalState.OPEN) & Q(decided_at__isnull=False)),
                violation_error_message=_("A decided proposal names who decided it, an open one nobody."),
            ),
            models.CheckConstraint(
                name="funding_proposal_dismissed_with_reason",
                condition=~Q(state=GrantProposalState.DISMISSED) | ~Q(reason=""),
                violation_error_message=_("Say why the proposal is dismissed."),
            ),
            not_negative("amount", name="funding_proposal_amount_not_negative"),
        ]
        indexes = [models.Index(fields=["proposed_at", "id"], name="funding_proposal_order")]

    def __str__(self) -> str:
        return f"{self.version.policy} · {self.enterprise} · {self.period}"

    @property
    def chain(self) -> str:
        return self.enterprise.chain
