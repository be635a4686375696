from django.db import migrations

REFUSE = """
CREATE FUNCTION capital_refuse(rule text, words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', words USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = rule;
END $$;
"""

#: The row of the fund is locked first, so that two investments at the same moment never see the same room.
#: What was sent back does not count; only verified proceeds widen what may be invested.
FUNDS = """
CREATE FUNCTION capital_check_fund(the_fund bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    f capital_fund;
    invested numeric;
    back numeric := 0;
BEGIN
    SELECT * INTO f FROM capital_fund WHERE id = the_fund FOR UPDATE;
    IF f.id IS NULL OR f.size_amount IS NULL OR f.size_qualifier <> 'exact' THEN
        RETURN;
    END IF;
    SELECT COALESCE(sum(amount), 0) INTO invested FROM capital_fundinvestment
        WHERE fund_id = f.id AND returned_at IS NULL;
    IF f.reinvests THEN
        SELECT COALESCE(sum(e.proceeds_amount), 0) INTO back FROM capital_fundexit e
            JOIN capital_fundinvestment i ON i.id = e.investment_id
            WHERE i.fund_id = f.id AND e.verified_at IS NOT NULL;
    END IF;
    IF invested > f.size_amount + back THEN
        PERFORM capital_refuse('capital_fund_within_size',
            format('%s of %s invested by fund %s', invested, f.size_amount + back, f.id));
    END IF;
END $$;
CREATE FUNCTION capital_check_round(the_event bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e enterprises_financingevent;
    invested numeric;
BEGIN
    SELECT * INTO e FROM enterprises_financingevent WHERE id = the_event FOR UPDATE;
    SELECT COALESCE(sum(i.amount), 0) INTO invested FROM capital_fundinvestment i
        JOIN capital_fund f ON f.id = i.fund_id
        WHERE i.event_id = the_event AND f.currency = e.currency AND i.returned_at IS NULL;
    IF invested > e.amount THEN
        PERFORM capital_refuse('capital_round_not_exceeded',
            format('funds paid %s of a round of %s', invested, e.amount));
    END IF;
END $$;
CREATE FUNCTION capital_keep_investment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM capital_check_round(NEW.event_id);
    PERFORM capital_check_fund(NEW.fund_id);
    RETURN NULL;
END $$;
CREATE TRIGGER capital_keep_investment AFTER INSERT OR UPDATE ON capital_fundinvestment
    FOR EACH ROW EXECUTE FUNCTION capital_keep_investment();
CREATE FUNCTION capital_keep_exit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held bigint;
BEGIN
    held := CASE WHEN TG_OP = 'DELETE' THEN OLD.investment_id ELSE NEW.investment_id END;
    PERFORM capital_check_fund((SELECT fund_id FROM capital_fundinvestment WHERE id = held));
    RETURN NULL;
END $$;
CREATE TRIGGER capital_keep_exit AFTER UPDATE OR DELETE ON capital_fundexit
    FOR EACH ROW EXECUTE FUNCTION capital_keep_exit();
CREATE FUNCTION capital_keep_fund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.currency <> NEW.currency AND EXISTS (
        SELECT 1 FROM capital_fundinvestment WHERE fund_id = NEW.id)
    THEN
        PERFORM capital_refuse('capital_fund_keeps_currency', format('fund %s has investments', NEW.id));
    END IF;
    PERFORM capital_check_fund(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER capital_keep_fund AFTER UPDATE OF size_amount, size_qualifier, reinvests, currency
    ON capital_fund FOR EACH ROW EXECUTE FUNCTION capital_keep_fund();
CREATE FUNCTION capital_keep_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM capital_check_round(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER capital_keep_round AFTER UPDATE OF amount, currency ON enterprises_financingevent
    FOR EACH ROW EXECUTE FUNCTION capital_keep_round();
"""

#: A pool never pays more than it holds, and never gets back more than it paid.
POOLS = """
CREATE FUNCTION capital_check_pool(the_pool bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    p capital_riskpool;
    paid numeric;
    back numeric;
BEGIN
    SELECT * INTO p FROM capital_riskpool WHERE id = the_pool FOR UPDATE;
    IF p.id IS NULL THEN
        RETURN;
    END IF;
    SELECT COALESCE(sum(r.compensated_amount), 0) INTO paid FROM enterprises_riskshare r
        JOIN capital_productloan l ON l.loan_id = r.loan_id
        WHERE l.pool_id = p.id AND r.returned_at IS NULL;
    SELECT COALESCE(sum(v.amount), 0) INTO back FROM capital_poolrecovery v
        JOIN enterprises_riskshare r ON r.id = v.risk_id
        JOIN capital_productloan l ON l.loan_id = r.loan_id
        WHERE l.pool_id = p.id AND v.verified_at IS NOT NULL;
    IF paid - back > p.size_amount THEN
        PERFORM capital_refuse('capital_pool_within_size',
            format('pool %s of %s would have paid %s', p.id, p.size_amount, paid - back));
    END IF;
END $$;
CREATE FUNCTION capital_check_recoveries(the_risk bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    paid numeric;
    back numeric;
BEGIN
    SELECT COALESCE(compensated_amount, 0) INTO paid FROM enterprises_riskshare
        WHERE id = the_risk FOR UPDATE;
    SELECT COALESCE(sum(amount), 0) INTO back FROM capital_poolrecovery
        WHERE risk_id = the_risk AND returned_at IS NULL;
    IF back > paid THEN
        PERFORM capital_refuse('capital_recovery_within_compensated',
            format('%s recovered of %s compensated', back, paid));
    END IF;
END $$;
CREATE FUNCTION capital_keep_risk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM capital_check_recoveries(NEW.id);
    PERFORM capital_check_pool((SELECT pool_id FROM capital_productloan WHERE loan_id = NEW.loan_id));
    RETURN NULL;
END $$;
CREATE TRIGGER capital_keep_risk AFTER INSERT OR UPDATE OF compensated_amount, returned_at, loan_id
    ON enterprises_riskshare FOR EACH ROW EXECUTE FUNCTION capital_keep_risk();
CREATE FUNCTION capital_keep_recovery() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    risk bigint;
BEGIN
    risk := CASE WHEN TG_OP = 'DELETE' THEN OLD.risk_id ELSE NEW.risk_id END;
    PERFORM capital_check_recoveries(risk);
    PERFORM capital_check_pool((SELECT l.pool_id FROM capital_productloan l
        JOIN enterprises_riskshare r ON r.loan_id = l.loan_id WHERE r.id = risk));
    RETURN NULL;
END $$;
CREATE TRIGGER capital_keep_recovery AFTER INSERT OR UPDATE OR DELETE ON capital_poolrecovery
    FOR EACH ROW EXECUTE FUNCTION capital_keep_recovery();
CREATE FUNCTION capital_keep_product_loan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM capital_check_pool(NEW.pool_id);
    RETURN NULL;
END $$;
CREATE TRIGGER capital_keep_product_loan AFTER INSERT OR UPDATE ON capital_productloan
    FOR EACH ROW EXECUTE FUNCTION capital_keep_product_loan();
CREATE FUNCTION capital_keep_pool() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM capital_check_pool(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER capital_keep_pool AFTER UPDATE OF size_amount ON capital_riskpool
    FOR EACH ROW EXECUTE FUNCTION capital_keep_pool();
"""

#: A claim for which money is committed is what the money was committed for.
SUBSIDIES = """
CREATE FUNCTION capital_keep_subsidy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.commitment_id IS NOT NULL AND (
        NEW.commitment_id IS DISTINCT FROM OLD.commitment_id
        OR NEW.loan_id <> OLD.loan_id OR NEW.amount <> OLD.amount
        OR NEW.starts_on <> OLD.starts_on OR NEW.ends_on <> OLD.ends_on)
    THEN
        PERFORM capital_refuse('capital_committed_subsidy_is_frozen',
            format('money is committed for subsidy %s', OLD.id));
    END IF;
    IF NEW.commitment_id IS NOT NULL AND NEW.commitment_id IS DISTINCT FROM OLD.commitment_id
        AND NEW.amount IS DISTINCT FROM (SELECT amount FROM ledger_commitment WHERE id = NEW.commitment_id)
    THEN
        PERFORM capital_refuse('capital_committed_subsidy_is_frozen',
            format('the commitment of subsidy %s has another amount', OLD.id));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER capital_keep_subsidy BEFORE UPDATE ON capital_interestsubsidy
    FOR EACH ROW EXECUTE FUNCTION capital_keep_subsidy();
"""

BACKWARD = """
DROP TRIGGER capital_keep_subsidy ON capital_interestsubsidy;
DROP FUNCTION capital_keep_subsidy();
DROP TRIGGER capital_keep_pool ON capital_riskpool;
DROP FUNCTION capital_keep_pool();
DROP TRIGGER capital_keep_product_loan ON capital_productloan;
DROP FUNCTION capital_keep_product_loan();
DROP TRIGGER capital_keep_recovery ON capital_poolrecovery;
DROP FUNCTION capital_keep_recovery();
DROP TRIGGER capital_keep_risk ON enterprises_riskshare;
DROP FUNCTION capital_keep_risk();
DROP FUNCTION capital_check_recoveries(bigint);
DROP FUNCTION capital_check_pool(bigint);
DROP TRIGGER capital_keep_round ON enterprises_financingevent;
DROP FUNCTION capital_keep_round();
DROP TRIGGER capital_keep_fund ON capital_fund;
DROP FUNCTION capital_keep_fund();
DROP TRIGGER capital_keep_exit ON capital_fundexit;
DROP FUNCTION capital_keep_exit();
DROP TRIGGER capital_keep_investment ON capital_fundinvestment;
DROP FUNCTION capital_keep_investment();
DROP FUNCTION capital_check_round(bigint);
DROP FUNCTION capital_check_fund(bigint);
DROP FUNCTION capital_refuse(text, text);
"""


class Migration(migrations.Migration):
    """What funds, pools and subsidies may never come to, refused by the database, whoever writes."""

    dependencies = [("capital", "0001_initial")]
    operations = [migrations.RunSQL([REFUSE, FUNDS, POOLS, SUBSIDIES], BACKWARD)]
