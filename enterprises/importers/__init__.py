"""The Excel tables of enterprises, their yearly figures and their patents."""

from enterprises.importers.companies import EnterpriseSheet
from enterprises.importers.figures import YearlyFigureSheet
from enterprises.importers.ip import IpSheet

__all__ = ["EnterpriseSheet", "IpSheet", "YearlyFigureSheet"]
