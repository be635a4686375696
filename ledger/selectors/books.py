"""Adding the books up from the beginning, for whoever does not take the database's word for it."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: What may not be, with the query that finds it. ``%(what)s`` is the first column of a row.
CHECKS = (
    (
        gettext_lazy("account %(what)s is not the sum of its postings"),
        "SELECT a.id FROM ledger_account a LEFT JOIN ledger_posting p ON p.account_id = a.id"
        " GROUP BY a.id, a.balance HAVING a.balance <> COALESCE(sum(p.amount), 0)",
    ),
    (
        gettext_lazy("entry %(what)s does not have two postings that total zero"),
        "SELECT e.id FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id"
        " GROUP BY e.id, e.amount HAVING count(p.id) <> 2 OR sum(p.amount) <> 0 OR max(p.amount) <> e.amount",
    ),
    (
        gettext_lazy("the accounts of budget %(what)s do not total zero"),
        "SELECT budget_id FROM ledger_account GROUP BY budget_id HAVING sum(balance) <> 0",
    ),
    (
        gettext_lazy("commitment %(what)s is not the sum of its entries"),
        "SELECT c.id FROM ledger_commitment c LEFT JOIN ledger_entry e ON e.commitment_id = c.id"
        " LEFT JOIN ledger_entry r ON r.id = e.reverses_id GROUP BY c.id HAVING"
        " (c.amount, c.paid_amount, c.released_amount, c.clawed_amount) IS DISTINCT FROM ("
        " COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'commitment'), 0),"
        " COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'payment'), 0)"
        " - COALESCE(sum(e.amount) FILTER (WHERE r.kind = 'payment'), 0),"
        " COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'release'), 0),"
        " COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'clawback'), 0)"
        " - COALESCE(sum(e.amount) FILTER (WHERE r.kind = 'clawback'), 0))",
    ),
    (
        gettext_lazy("the guard %(what)s is switched off"),
        "SELECT c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND t.tgenabled <> 'A' AND c.relname ~ '^(ledger|sharing)_'",
    ),
)


def faults_in_books() -> Iterator[str]:
    """One sentence for each thing that is not as it has to be."""
    with connection.cursor() as cursor:
        for words, query in CHECKS:
            cursor.execute(query)
            for row in cursor.fetchall():
                yield str(words) % {"what": row[0]}


def counted_in_books() -> str:
    """How much was looked at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT budget_id), count(*) FROM ledger_entry")
        budgets, entries = cursor.fetchone()
    return _("%(entries)s entries in %(budgets)s budgets") % {"entries": entries, "budgets": budgets}
