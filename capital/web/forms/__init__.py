"""Forms of funds and credit. They read what people type; the services decide."""

from capital.web.forms.claims import ClaimForm, ClaimStartForm, CommitForm, DrawsField, draws_as_typed
from capital.web.forms.filters import (
    CreditListFilter,
    Filter,
    FundFilter,
    InvestmentFilter,
    MatchFilter,
    PoolFilter,
    ProductFilter,
    SubsidyFilter,
    sector_choices,
)
from capital.web.forms.matching import MatchForm, MoveForm, SuggestForm, counterpart_of, counterparts
from capital.web.forms.offers import InvestorsField, OfferForm, investors_as_typed
from capital.web.forms.records import (
    InvestmentForm,
    LinkLoanForm,
    LoanField,
    ProofForm,
    ReturnForm,
    WordsForm,
    loan_words,
)

__all__ = [
    "ClaimForm",
    "ClaimStartForm",
    "CommitForm",
    "CreditListFilter",
    "DrawsField",
    "Filter",
    "FundFilter",
    "InvestmentFilter",
    "InvestmentForm",
    "InvestorsField",
    "LinkLoanForm",
    "LoanField",
    "MatchFilter",
    "MatchForm",
    "MoveForm",
    "OfferForm",
    "PoolFilter",
    "ProductFilter",
    "ProofForm",
    "ReturnForm",
    "SubsidyFilter",
    "SuggestForm",
    "WordsForm",
    "counterpart_of",
    "counterparts",
    "draws_as_typed",
    "investors_as_typed",
    "loan_words",
    "sector_choices",
]
