"""A shop for storms; what processes do there."""


def in_company(env, company):
    return env(context={"lang": "en_US", "allowed_company_ids": [company]})


def make_company(env, name):
    """An environment of a new company in đồng."""
    currency = env.ref("base.VND")
    company = env["res.company"].create({"name": name, "currency_id": currency.id})
    return in_company(env, company.id)


def without_refresh(env):
    """From now on no jobs follow from a change of customers: we do what they do, or
    have nothing to do with it."""

    def enqueue_touched(partners):
        partners.env.cr.precommit.data.pop("crm_customer.touched", None)

    env.registry["res.partner"]._enqueue_touched = enqueue_touched
