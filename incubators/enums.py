"""Vocabulary of parks, organisations and incubators."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ParkRole(models.TextChoices):
    DESTINATION = "destination", _("receives projects")
    HOST = "host", _("hosts incubators")
    BOTH = "both", _("receives projects and hosts incubators")
    COMPARATOR = "comparator", _("for comparison")


class IncubatorKind(models.TextChoices):
    OFFSHORE_INCUBATOR = "offshore_incubator", _("offshore incubator")
    INNOVATION_CENTRE = "innovation_centre", _("innovation centre")
    TALENT_WORKSTATION = "talent_workstation", _("talent workstation")
    REP_OFFICE = "rep_office", _("representative office")
    RESEARCH_PLATFORM = "research_platform", _("research platform")
    YOUTH_BASE = "youth_base", _("youth enterprise base")
    LOCAL_CARRIER = "local_carrier", _("local carrier")
    AGGREGATE = "aggregate", _("total of several sites")
    PLANNED = "planned", _("planned site")


class SupportMode(models.TextChoices):
    EQUITY = "equity_investment", _("equity investment")
    PURCHASED = "purchased_service", _("purchased service")
    CO_BUILT = "co_built", _("co-built")
    CO_BUILT_PURCHASED = "co_built+purchased_service", _("co-built with purchased service")
    UNKNOWN = "unknown", _("not stated")


class OrganisationKind(models.TextChoices):
    OPERATOR = "operator", _("operator")
    UNIVERSITY = "university", _("university")
    COMPANY = "company", _("company")
    FUND = "fund", _("fund")
    BANK = "bank", _("bank")
    GOVERNMENT = "government", _("government body")
    INSTITUTE = "institute", _("institute")
    ASSOCIATION = "association", _("association")
    HOSPITAL_GROUP = "hospital_group", _("hospital group")
    MEDIA = "media", _("media")


class FigureKind(models.TextChoices):
    """What an entry of the reported figures is."""

    FIGURE = "figure", _("reported figure")
    DERIVED = "derived", _("computed from reported figures")
    TARGET_TEST = "target_test", _("target beside outcome")
    CONSISTENCY = "consistency", _("note on consistency")


class SpaceKind(models.TextChoices):
    LABORATORY = "laboratory", _("laboratory")
    OFFICE = "office", _("office")
    WORKSHOP = "workshop", _("workshop")
    SHARED = "shared", _("shared space")
