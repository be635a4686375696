"""Policies and their dated versions: terms as data, frozen once published."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, ordered, paired
from core.search import search_text
from funding.calculator import Terms, read_terms
from funding.enums import Computability, CutRule, PolicyStatus, RelationKind, TieRule, VersionState
from incubators.models import Park, half_open
from incubators.scope import Action, scope_of

CODE = RegexValidator(
    r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", _("Letters, digits and hyphens, such as WX-TAIHU-TEAM.")
)


def _in_language(chinese: str, english: str) -> str:
    """The one in the language of the page, or the one there is."""
    first, second = (chinese, english) if (get_language() or "zh").startswith("zh") else (english, chinese)
    return first or second


class PolicyQuerySet(models.QuerySet["Policy"]):
    def visible_to(self, user: Any) -> Self:
        """The library of published policies is open to everybody with a place; a park's own to its people."""
        if not user.is_authenticated:
            return self.none()
        scope = scope_of(user)
        places = scope.places(Action.READ)
        if places.everywhere:
            return self
        if not places:
            return self.none()
        parks = sorted({*places.park_ids, *scope.incubator_parks.values()})
        return self.filter(Q(park=None) | Q(park__in=parks))


class Policy(models.Model):
    """One programme (政策): what it is called, who issued it, and how far its text can be relied on.

    Without a park it belongs to the library: examples from the published sources, the same for everybody.
    """

    park = models.ForeignKey(
        Park,
        verbose_name=_("park"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="policies",
    )
    code = models.CharField(_("code"), max_length=60, validators=[CODE])
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    region_zh = models.CharField(_("region"), max_length=100, blank=True)
    issuer_zh = models.CharField(_("issued by"), max_length=200, blank=True)
    document_zh = models.CharField(_("document"), max_length=300, blank=True)
    beneficiaries_zh = models.CharField(_("for whom (Chinese)"), max_length=400, blank=True)
    beneficiaries_en = models.CharField(_("for whom (English)"), max_length=400, blank=True)
    status = models.CharField(
        _("reliability"), max_length=10, choices=PolicyStatus.choices, default=PolicyStatus.REPORTED
    )
    computability = models.CharField(
        _("what the text settles"), max_length=10, choices=Computability.choices, default=Computability.FULL
    )
    base = models.CharField(
        _("base"),
        max_length=60,
        blank=True,
        help_text=_("what the amount is computed from, in one word: two policies with the same base overlap"),
    )
    without_application = models.BooleanField(
        _("granted without application"),
        default=False,
        help_text=_("the nightly sweep proposes it to everybody who is entitled"),
    )
    notes_zh = models.TextField(_("notes (Chinese)"), blank=True)
    notes_en = models.TextField(_("notes (English)"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    search_text = models.TextField(editable=False, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                name="funding_policy_code_once",
                violation_error_message=_("This code is taken by another policy."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="funding_policy_search"),
            models.Index(fields=["updated_at", "id"], name="funding_policy_changed"),
        ]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def beneficiaries(self) -> str:
        """For whom, in the language of the page where it is known in it."""
        return _in_language(self.beneficiaries_zh, self.beneficiaries_en)

    @property
    def notes(self) -> str:
        return _in_language(self.notes_zh, self.notes_en)

    @property
    def chain(self) -> str:
        return self.park.chain if self.park else "system"

    def set_search_text(self) -> None:
        self.search_text = search_text(
            self.code, self.name_zh, self.name_en, self.region_zh, self.issuer_zh, self.document_zh
        )


class OfPolicyQuerySet(models.QuerySet[Any]):
    path = "policy"

    def visible_to(self, user: Any) -> Self:
        """What belongs to policies the person sees; drafts only where the person manages them."""
        policies = Policy.objects.visible_to(user).values("pk")
        return self.filter(**{f"{self.path}__in": policies})


class PolicyVersionQuerySet(OfPolicyQuerySet):
    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated:
            return self.none()
        manages = scope_of(user).places(Action.MANAGE)
        drafts = Q() if manages.everywhere else Q(policy__park__in=sorted(manages.park_ids))
        return super().visible_to(user).filter(Q(state=VersionState.PUBLISHED) | drafts)

    def on(self, day: date) -> Self:
        """Published versions that hold on the day."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_until__isnull=True) | Q(valid_until__gt=day),
            state=VersionState.PUBLISHED,
        )


class PolicyVersion(models.Model):
    """The terms of a policy for a time. Published, it never changes; a new version gets a new date.

    ``terms`` is what ``funding.calculator.read_terms`` reads; ``cases`` are worked examples (inputs and the
    expected answer) that must come out before the version can be published.
    """

    policy = models.ForeignKey(
        Policy, verbose_name=_("policy"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=10, choices=VersionState.choices, default=VersionState.DRAFT
    )
    valid_from = models.DateField(_("holds from"), null=True, blank=True)
    valid_until = models.DateField(_("until (not included)"), null=True, blank=True)
    validity_note = models.CharField(_("about the dates"), max_length=300, blank=True)
    terms = models.JSONField(_("terms"))
    cases = models.JSONField(_("worked examples"), default=list, blank=True)
    places = models.PositiveIntegerField(_("places"), null=True, blank=True)
    tie_rule = models.CharField(
        _("ties across the last place"), max_length=10, choices=TieRule.choices, default=TieRule.DECIDE
    )
    budget_yuan = models.DecimalField(
        _("budget of a round"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    cut_rule = models.CharField(
        _("where the budget ends"), max_length=10, choices=CutRule.choices, default=CutRule.STOP
    )
    note = models.CharField(_("what changes, and why"), max_length=400, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a policy")
        verbose_name_plural = _("versions of policies")
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "number"],
                name="funding_version_number_once",
                violation_error_message=_("This version number is taken."),
            ),
            models.UniqueConstraint(
                fields=["policy"],
                condition=Q(state=VersionState.DRAFT),
                name="funding_version_one_draft",
                violation_error_message=_("There is a draft already; go on with it."),
            ),
            models.CheckConstraint(
                name="funding_draft_is_not_published",
                condition=Q(state=VersionState.PUBLISHED) | Q(published_at__isnull=True),
                violation_error_message=_("A draft has no day of publication."),
            ),
            not_negative("budget_yuan", name="funding_version_budget_not_negative"),
            paired("published_at", "published_by", name="funding_version_published_pair"),
            ordered(
                "valid_from",
                "valid_until",
                name="funding_version_dates",
                message=_("A version ends after it starts."),
            ),
            ExclusionConstraint(
                name="funding_versions_do_not_overlap",
                expressions=[
                    (OpClass(F("policy"), "gist_int8_ops"), RangeOperators.EQUAL),
                    (half_open("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state=VersionState.PUBLISHED),
                violation_error_message=_("Another published version covers part of this time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy.code} v{self.number}"

    @property
    def chain(self) -> str:
        return self.policy.chain

    @property
    def is_published(self) -> bool:
        return self.state == VersionState.PUBLISHED

    def compiled(self) -> Terms:
        """The terms, ready to compute; read once per object. Raises ``BadTerms`` for a broken draft."""
        found: Terms | None = getattr(self, "_compiled", None)
        if found is None:
            found = read_terms(self.terms)
            self._compiled = found
        return found


class PolicyRelationQuerySet(OfPolicyQuerySet):
    path = "policy"


class PolicyRelation(models.Model):
    """How two policies stand to each other: 互斥, 就高不重复, same base, stackable. Stored once, the earlier
    policy first."""

    policy = models.ForeignKey(
        Policy, verbose_name=_("policy"), on_delete=models.CASCADE, related_name="relations_from"
    )
    other = models.ForeignKey(
        Policy, verbose_name=_("other policy"), on_delete=models.CASCADE, related_name="relations_to"
    )
    kind = models.CharField(_("relation"), max_length=10, choices=RelationKind.choices)
    clause = models.CharField(_("clause"), max_length=300, blank=True)

    objects = PolicyRelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("relation of policies")
        verbose_name_plural = _("relations of policies")
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "other"],
                name="funding_relation_once",
                violation_error_message=_("The relation of these two policies is recorded already."),
            ),
            models.CheckConstraint(
                name="funding_relation_in_order",
                condition=Q(policy__lt=F("other")),
                violation_error_message=_("A policy has no relation to itself; the earlier one comes first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} · {self.get_kind_display()} · {self.other}"
