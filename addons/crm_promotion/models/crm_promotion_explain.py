from collections import defaultdict

from odoo import models
from odoo.tools.misc import format_date

#: Conditions whose values are records.
RECORDS = {
    "group": "crm.customer.group",
    "customer_tag": "res.partner.category",
    "grade": "res.partner.grade",
    "source": "utm.source",
    "team": "crm.team",
    "pricelist": "product.pricelist",
    "currency": "res.currency",
}
GOODS = {
    "product": "product.product",
    "category": "product.category",
    "tag": "product.tag",
}


class CrmPromotionExplain(models.AbstractModel):
    """The engine's verdicts in the user's language. Part of ``sale.order``."""

    _name = "crm.promotion.explain"
    _description = "Explanation of Promotions"

    def _explain_promotions(self, promotions, only_fitting=False):
        """What became of each program, as the template of the dialogs takes it.

        :param only_fitting: without those whose conditions aren't met.
        """
        verdicts = [
            verdict
            for verdict in promotions.verdicts
            if not only_fitting or verdict.outcome != "condition"
        ]
        self._fetch_explained(verdicts)
        programs = self.env["loyalty.program"].sudo()
        programs = programs.browse(verdict.program for verdict in verdicts)
        return [
            {
                "program": program,
                "verdict": verdict,
                "outcome": self._outcome_sentence(verdict),
                "given": [self._given_sentence(given) for given in verdict.given],
                "checks": [
                    {
                        "ok": check.ok,
                        "label": self._check_label(check.code),
                        "expected": self._check_expected(check),
                        "actual": self._check_actual(check),
                    }
                    for check in verdict.checks
                ],
            }
            for program, verdict in zip(programs, verdicts, strict=True)
        ]

    def _fetch_explained(self, verdicts):
        """Read all names at once, so that each is there when it is said."""
        named = defaultdict(set)
        for verdict in verdicts:
            named["loyalty.program"] |= {verdict.program, verdict.by}
            for check in verdict.checks:
                if model := RECORDS.get(check.code):
                    named[model].update(_ids(check.expected), _ids(check.actual))
                elif check.code == "goods":
                    for kind, number in check.expected:
                        named[GOODS[kind]].add(number)
        for model, ids in named.items():
            records = self.env[model].sudo().browse(sorted(ids - {None}))
            records.mapped("display_name")
        rewards = {given.benefit for verdict in verdicts for given in verdict.given}
        rewards = self.env["loyalty.reward"].sudo().browse(sorted(rewards))
        for reward in rewards:
            reward._describe_benefit()

    def _outcome_sentence(self, verdict):
        by = self.env["loyalty.program"].sudo().browse(verdict.by).name
        return {
            "given": self.env._("Applied"),
            "condition": self.env._("Doesn't fit"),
            "exclusive": self.env._(
                "Fits, but %(name)s of the same exclusion group goes first", name=by
            ),
            "alone": self.env._("Fits, but doesn't go together with %s", by),
            "nothing": self.env._("Fits, but nothing is left to give"),
            "room": self.env._("Fits, but its budget doesn't suffice"),
        }[verdict.outcome]

    def _given_sentence(self, given):
        reward = self.env["loyalty.reward"].sudo().browse(given.benefit)
        text = reward._describe_benefit()
        if given.amount:
            return f"{text}: −{self._promotion_money_text(given.amount)}"
        if given.kind == "points":
            return self.env._("%(points)s points", points=given.quantity)
        pieces = reward.reward_product_qty if given.kind == "gift" else 1
        times = given.quantity // pieces
        return f"{text} × {times}" if times > 1 else text

    def _promotion_money_text(self, units):
        """An amount of the engine, as it is shown."""
        return self.currency_id.format(
            float(units) / 10**self.currency_id.decimal_places
        )

    def _first_refusal(self, verdict):
        """Why the program isn't given, in one sentence."""
        for check in verdict.checks:
            if not check.ok:
                return self.env._(
                    "This promotion doesn't fit. %(condition)s: %(expected)s; this "
                    "order: %(actual)s.",
                    condition=self._check_label(check.code),
                    expected=self._check_expected(check),
                    actual=self._check_actual(check),
                )
        return self._outcome_sentence(verdict)

    def _promotion_refusal(self, program):
        """Why this order gets nothing from a program, None when it gets something."""
        promotions = self._plan_promotions(why=True)
        if program.id in promotions.programs:
            return None
        for verdict in promotions.verdicts:
            if verdict.program == program.id:
                return self._first_refusal(verdict)
        return self.env["crm.voucher.attempt"]._answer()

    def _check_label(self, code):
        return {
            "refused": self.env._("Room"),
            "currency": self.env._("Currency"),
            "day": self.env._("Days"),
            "weekday": self.env._("Weekday"),
            "hours": self.env._("Hours"),
            "code": self.env._("Code entered"),
            "voucher": self.env._("Voucher"),
            "group": self.env._("Customer group"),
            "customer_tag": self.env._("Customer tag"),
            "grade": self.env._("Tier"),
            "source": self.env._("Source"),
            "birth_month": self.env._("Month of birth"),
            "buyers": self.env._("Who"),
            "idle_days": self.env._("Days since the last purchase"),
            "team": self.env._("Channel"),
            "pricelist": self.env._("Pricelist"),
            "minimum": self.env._("Worth of the order"),
            "goods": self.env._("Goods of the promotion"),
            "amount": self.env._("Amount for the first level"),
            "quantity": self.env._("Quantity for the first level"),
        }[code]

    def _check_expected(self, check):
        code, value = check.code, check.expected
        if code in RECORDS:
            return self._names(RECORDS[code], value)
        if code == "day":
            first, last = (format_date(self.env, day) if day else "…" for day in value)
            return f"{first} – {last}"
        if code == "hours":
            return " – ".join(_clock(minutes) for minutes in value)
        if code == "goods":
            if not value:
                return self.env._("any goods")
            return ", ".join(
                self._names(GOODS[kind], number) for kind, number in sorted(value)
            )
        if code in ("minimum", "amount"):
            if value is None:
                return self.env._("a benefit level")
            return self.env._("from %s", self._promotion_money_text(value))
        if code == "quantity":
            if value is None:
                return self.env._("a benefit level")
            return self.env._("from %s", f"{float(value):g}")
        if code == "idle_days":
            return self.env._("at least %s", value)
        if code == "refused":
            return self.env._("there is some")
        return self._plain(code, value)

    def _check_actual(self, check):
        code, value = check.code, check.actual
        if code in RECORDS:
            return self._names(RECORDS[code], value) or self.env._("none")
        if code == "day":
            return format_date(self.env, value)
        if code == "hours":
            return _clock(value)
        if code == "goods":
            return self.env._("%s lines", value)
        if code in ("minimum", "amount"):
            return self._promotion_money_text(value)
        if code == "quantity":
            return f"{float(value):g}"
        if code == "idle_days":
            return self.env._("never bought") if value is None else str(value)
        if code == "buyers":
            return self.env._("%s orders before", value)
        if code == "refused":
            return self._refusal_sentence(value)
        if code in ("code", "voucher"):
            return self.env._("yes") if check.ok else self.env._("no")
        return self._plain(code, value)

    def _refusal_sentence(self, code):
        """Why a program isn't given whatever its conditions say."""
        if code == "declined":
            return self.env._("taken off this order by hand")
        return self.env["loyalty.program"]._limit_sentence(code)

    def _plain(self, code, value):
        if code == "weekday":
            days = value if isinstance(value, frozenset) else {value}
            Program = self.env["loyalty.program"]
            return ", ".join(Program._weekday_name(day) for day in sorted(days))
        if code == "buyers":
            labels = self.env["loyalty.program"]._fields["buyers"]
            return dict(labels._description_selection(self.env))[value]
        if code in ("code", "voucher"):
            return self.env._("yes")
        return self.env._("unknown") if value is None else str(value)

    def _names(self, model, value):
        records = self.env[model].sudo().browse(sorted(_ids(value)))
        return ", ".join(records.mapped("display_name"))

    def action_why_promotions(self):
        """Each promotion that runs, with the verdict on this order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why These Promotions?"),
            "res_model": "crm.promotion.why",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }


def _ids(value):
    """Ids of what a check is about, of which there may be one, some or none."""
    if isinstance(value, frozenset):
        return value
    return {value} if value else set()


def _clock(minutes):
    return f"{minutes // 60}:{minutes % 60:02}"
