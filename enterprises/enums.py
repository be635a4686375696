"""Vocabulary of companies and teams."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EnterpriseKind(models.TextChoices):
    COMPANY = "company", _("company")
    TEAM = "team", _("team")


class RecognitionKind(models.TextChoices):
    """Rungs of the growth ladder and talent plans, each with its own dated certificate."""

    TECH_SME = "tech_sme", _("technology SME")
    HNTE = "hnte", _("high-tech enterprise")
    SPECIALISED_SME = "specialised_sme", _("specialised and innovative SME")
    POTENTIAL_GAZELLE = "potential_gazelle", _("potential gazelle")
    GAZELLE = "gazelle", _("gazelle")
    UNICORN = "unicorn", _("unicorn")
    LISTED = "listed", _("listed")
    JIYANG_TALENT = "jiyang_talent", _("Jiyang Talent Plan")
    TAIHU_TALENT = "taihu_talent", _("Taihu Talent Plan")
    INVENTION_PATENT = "invention_patent", _("invention patent filed")
    PCT_PATENT = "pct_patent", _("PCT application filed")


class Comparison(models.TextChoices):
    """How a value is held against its threshold; 以上 and 以下 include the number, 超过 and 不满 do not."""

    AT_LEAST = "at_least", _("at least")
    AT_MOST = "at_most", _("at most")
    EXCEEDS = "exceeds", _("more than")
    BELOW = "below", _("less than")
    HOLDS = "holds", _("is the case")
    DECISION = "decision", _("decided by an authority")


class Answer(models.TextChoices):
    """What the gap check says of one criterion. Unknown is not unmet: a fact is missing."""

    MET = "met", _("met")
    UNMET = "unmet", _("not met")
    UNKNOWN = "unknown", _("unknown")
    DECISION = "decision", _("needs a decision")
    NOT_APPLICABLE = "not_applicable", _("does not apply")


class LadderFactKey(models.TextChoices):
    """What a criterion of the growth ladder asks. Computed from records, or stated with a date."""

    MONTHS_REGISTERED = "months_registered", _("full months since registration")
    STAFF_COUNT = "staff_count", _("staff")
    REVENUE = "revenue", _("revenue of the last year")
    TOTAL_ASSETS = "total_assets", _("total assets")
    RD_STAFF_SHARE = "rd_staff_share", _("share of R&D staff")
    RD_REVENUE_SHARE = "rd_revenue_share", _("R&D expense in revenue, up to three years together")
    RD_IN_CHINA_SHARE = "rd_in_china_share", _("R&D expense spent in China, up to three years together")
    HIGH_TECH_INCOME_SHARE = "high_tech_income_share", _("income from high-tech products and services")
    MAIN_BUSINESS_SHARE = "main_business_share", _("income from the main business")
    DEBT_RATIO = "debt_ratio", _("liabilities in total assets")
    RD_EXPENSE_LOWEST_2Y = "rd_expense_lowest_2y", _("R&D expense, the lower of two years")
    RD_SHARE_LOWEST_2Y = "rd_share_lowest_2y", _("R&D expense in revenue, the lower of two years")
    NEW_EQUITY_2Y = "new_equity_2y", _("verified equity financing of the last two years")
    REVENUE_GROWTH_2Y = "revenue_growth_2y", _("yearly growth of revenue over two years")
    INNOVATION_SCORE = "innovation_score", _("score of the experts for innovation")
    TECH_SME_SCORE = "tech_sme_score", _("score of the technology SME table")
    PLATFORM_SCORE = "platform_score", _("score on the cultivation platform")
    OWNS_CORE_IP = "owns_core_ip", _("owns the core intellectual property")
    NO_SERIOUS_INCIDENT = "no_serious_incident", _("no serious incident in the last year")


class IpKind(models.TextChoices):
    INVENTION = "invention", _("invention")
    UTILITY_MODEL = "utility_model", _("utility model")
    DESIGN = "design", _("design")
    SOFTWARE = "software", _("software copyright")
    PLANT_VARIETY = "plant_variety", _("plant variety")
    PCT_FAMILY = "pct_family", _("PCT family")


class IpOffice(models.TextChoices):
    CN = "CN", _("China (CNIPA)")
    PCT = "PCT", _("international (PCT)")
    EP = "EP", _("European Patent Office")
    US = "US", _("United States")
    SE = "SE", _("Sweden")
    JP = "JP", _("Japan")
    HK = "HK", _("Hong Kong")
    OTHER = "other", _("other office")


class FilingStatus(models.TextChoices):
    PENDING = "pending", _("filed")
    PUBLISHED = "published", _("published")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("lapsed")


class FilingStep(models.TextChoices):
    """What has to be done with a filing before its next deadline."""

    NATIONAL_PHASE = "national_phase", _("enter the national phase")
    EXAMINATION = "examination", _("request the examination")
    RESPONSE = "response", _("answer the office")
    ANNUITY = "annuity", _("pay the annuity")
    OTHER = "other", _("next step")


class LicenceKind(models.TextChoices):
    EXCLUSIVE = "exclusive", _("exclusive licence")
    SOLE = "sole", _("sole licence")
    ORDINARY = "ordinary", _("ordinary licence")


class Degree(models.TextChoices):
    BACHELOR = "bachelor", _("bachelor")
    MASTER = "master", _("master")
    DOCTOR = "doctor", _("doctor")
    OTHER = "other", _("other education")


class TalentPlan(models.TextChoices):
    JIYANG = "jiyang", _("Jiyang Talent Plan")
    TAIHU = "taihu", _("Taihu Talent Plan")
    OTHER = "other", _("another plan")


class TalentOutcome(models.TextChoices):
    APPLIED = "applied", _("applied")
    SHORTLISTED = "shortlisted", _("shortlisted")
    SELECTED = "selected", _("selected")
    REJECTED = "rejected", _("not selected")


class RentUnit(models.TextChoices):
    MONTH = "month", _("a month in all")
    YEAR = "year", _("a year in all")
    M2_MONTH = "m2_month", _("a square metre and month")
    M2_DAY = "m2_day", _("a square metre and day")


class FinancingRound(models.TextChoices):
    SEED = "seed", _("seed round")
    ANGEL = "angel", _("angel round")
    PRE_A = "pre_a", _("pre-A round")
    A = "a", _("round A")
    B = "b", _("round B")
    C = "c", _("round C")
    LATER = "later", _("later round")
    STRATEGIC = "strategic", _("strategic investment")
    IPO = "ipo", _("public offering")


class Guarantee(models.TextChoices):
    CREDIT = "credit", _("credit, no security")
    IP_PLEDGE = "ip_pledge", _("pledge of intellectual property")
    MORTGAGE = "mortgage", _("mortgage")
    GUARANTOR = "guarantor", _("guarantor")
    INSURANCE = "insurance", _("credit insurance")
    RISK_POOL = "risk_pool", _("risk-sharing fund")
