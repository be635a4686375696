"""Models of the enterprises app, by theme."""

from enterprises.models.companies import Enterprise, EnterpriseQuerySet, OfEnterpriseQuerySet
from enterprises.models.figures import Recognition, YearlyFigure

__all__ = ["Enterprise", "EnterpriseQuerySet", "OfEnterpriseQuerySet", "Recognition", "YearlyFigure"]
