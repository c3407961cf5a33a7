from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.books import Spend, settle
from ..tools.earning import NORMAL, earn, kept_of, terms_of
from .loyalty_history import BY_ORDER
from .loyalty_rule import BY_NUMBER, ORDER_TYPES

_TOUCHED = "crm_loyalty.touched"


class CrmLoyaltyOrder(models.AbstractModel):
    """An order's points follow the order. Part of ``sale.order``.

    What an order should have earned and spent is a function of its present state.
    ``_sync_points`` posts the difference between that and what the ledger has, so
    confirming, cancelling, editing and returning are all the same, in any order and
    any number of times.
    """

    _name = "crm.loyalty.order"
    _description = "Points of an Order"

    def _touch_points(self):
        """Let the points of these orders follow at the end of the transaction."""
        orders = self.filtered(lambda order: order.state == "sale" and order.id)
        if not orders:
            return
        precommit = self.env.cr.precommit
        if _TOUCHED not in precommit.data:
            precommit.data[_TOUCHED] = set()
            precommit.add(self.sudo().browse()._sync_touched)
        precommit.data[_TOUCHED].update(orders.ids)

    @api.model
    def _sync_touched(self):
        touched = sorted(self.env.cr.precommit.data.pop(_TOUCHED, ()))
        self.browse(touched).exists()._sync_points()

    def _sync_points(self):
        """Post what is missing between these orders and the ledger.

        :raise UserError: the order would spend points that can't be spent.
        """
        orders = self.sudo().with_context(**{BY_ORDER: False})
        orders.env.cr.precommit.data.get(_TOUCHED, set()).difference_update(self.ids)
        posted = orders._read_posted()
        for order in orders.sorted("id"):
            order._settle_points(posted.get(order.id, {}))
        orders._unsettle_referrals()

    def _unsettle_referrals(self):
        """Who brought a customer keeps no points when nothing was bought after all."""
        gone = self.filtered(
            lambda order: order.state == "cancel" or order.points_returned
        )
        for program, orders in gone.grouped(lambda o: o._points_program()).items():
            if program:
                customers = orders.partner_id.commercial_partner_id
                customers._take_back_referrals(program, customers)

    def _read_posted(self):
        """Order id -> account id -> the order's lines in the ledger."""
        return self.env["loyalty.history"]._posted_for(self)

    def _settle_points(self, posted):
        target = self._points_target()
        card = target.pop("card")
        account = card or self.points_account_id
        allowed = self._points_agreed(posted.get(account.id, ()), account)
        cards = self.env["loyalty.card"].browse(posted) | card
        for other in cards.sorted("id"):
            wanted = target if other == card else {}
            changes = settle(posted.get(other.id, ()), **wanted)
            if not changes:
                continue
            # What was agreed once is spent again when a return is undone, even if the
            # points went elsewhere meanwhile: the account owes them then.
            if target.get("spent", 0) > allowed and any(
                isinstance(c, Spend) and c.points > 0 for c in changes
            ):
                self._check_points_allowed(target["spent"])
            lines = other._post(changes, **self._prepare_points_cause())
            self._after_points(lines)
        self._note_points_agreed(account, allowed, target.get("spent", 0))

    def _points_agreed(self, rows, account):
        """Points that this order may spend without asking: it did before a return."""
        agreed = (self.points_terms or {}).get("agreed")
        spent = -sum(row.points for row in rows if row.kind in ("spend", "spend_back"))
        if agreed and agreed[0] == account.id:
            spent = max(spent, agreed[1])
        return min(spent, self._points_cost())

    def _note_points_agreed(self, account, points, spent):
        """Keep with the order what it would spend again if its return was undone."""
        terms = self.points_terms
        agreed = [account.id, points] if points > spent else None
        if terms and terms.get("agreed") != agreed:
            self.points_terms = terms | {"agreed": agreed}

    def _prepare_points_cause(self):
        # The customer reads it.
        lang = self.partner_id.lang or self.company_id.partner_id.lang
        reader = self.with_context(lang=lang or self.env.lang)
        return {
            "description": reader.env._("Order %s", self.display_name),
            "order_model": self._name,
            "order_id": self.id,
            "explanation": reader.points_because or False,
        }

    def _after_points(self, lines):
        """Hook: the ledger followed this order with these lines."""

    def _points_target(self):
        """What the order should have earned and spent now, as ``settle`` takes it."""
        nothing = {"card": self.env["loyalty.card"]}
        if self.state != "sale":
            if self.points_terms or self.points_pending:
                self.write(
                    {
                        "points_terms": False,
                        "points_pending": 0,
                        "points_returned": False,
                    }
                )
            return nothing
        terms = self._complete_points_terms()
        if not terms:
            return nothing
        program = self.env["loyalty.program"].browse(terms["program"])
        now, whole = self._count_points(terms, terms["earn_on"])
        spent = self._points_cost()
        kept = self._kept_value("confirmed")
        spent = kept_of(spent, kept, self._kept_value())
        vals = {
            "points_pending": max(0, whole - now),
            "points_returned": not kept and bool(self.order_line),
        }
        card = nothing["card"]
        if whole or spent:
            accounts = card._provide_accounts(program, self.partner_id)
            card = vals["points_account_id"] = accounts[self.partner_id]
        changed = {k: v for k, v in vals.items() if self[k] != v}
        if changed:
            self.write(changed | ({"points_account_id": card.id} if card else {}))
        confirmed = self.date_order.replace(microsecond=0)
        fixed = terms["earn_on"] == "confirmed"
        earned_at = confirmed if fixed else fields.Datetime.now()
        return {
            "card": card.sudo(),
            "earned": now,
            "spent": spent,
            "earned_at": earned_at,
            "spent_at": confirmed,
            "expires_on": program._expires_on(earned_at),
            "fixed": fixed,
        }

    def _count_points(self, terms, earn_on):
        """Points earned already, and those that the order earns in the end."""
        rules, by_points = terms_of(terms), self._share_by_points()
        whole = earn(rules, self._points_lines_kept("confirmed"), by_points).points
        if earn_on == "confirmed":
            return whole, whole
        now = earn(rules, self._points_lines_kept(earn_on), by_points).points
        return min(now, whole), whole

    # What held when the order was confirmed.

    def _agree_points_terms(self):
        """Keep the rules that hold now with orders that are being confirmed.

        Orders that were confirmed before there was a points program have none, and
        earn nothing when they are edited or returned later.
        """
        fresh = self.sudo().filtered(lambda order: not order.points_terms)
        for order in fresh._in_turn():
            order._take_points_turn()
            if terms := order._make_points_terms():
                order.points_terms = terms

    def _complete_points_terms(self):
        """The rules that held when the order was confirmed.

        Products that come later are looked at when they come.
        """
        terms = self.points_terms
        if not terms:
            if self._points_reward_lines() and (terms := self._make_points_terms()):
                terms = self.points_terms = terms | {"rules": []}
            return terms
        products = self._points_goods().product_id
        new = products.filtered(lambda product: str(product.id) not in terms["matches"])
        if new and any(not rule["everything"] for rule in terms["rules"]):
            program = self.env["loyalty.program"].browse(terms["program"])
            terms = terms | {
                "matches": terms["matches"] | self._match_products(program, new)
            }
            self.points_terms = terms
        return terms

    def _make_points_terms(self):
        """The rules that hold for this order now, as plain values; none without any."""
        program = self._points_program()
        partner = self.partner_id.commercial_partner_id
        if not program or not self._takes_part(program, partner):
            return False
        day = program._local_day()
        rules = program.rule_ids._applies_to(partner, day)
        ordered = rules.filtered(lambda rule: rule.rule_type in ORDER_TYPES)
        if any(rule.rule_type in BY_NUMBER for rule in ordered):
            number = self._purchases_before(program) + 1
            ordered = ordered.filtered(lambda rule: rule._fits_number(number))
        faster = rules.filtered(lambda rule: rule.rule_type == "multiplier")
        return {
            "program": program.id,
            "earn_on": program.earn_on,
            "combine": program.combine_rules,
            "base": program.earn_base,
            "multiplier": max(
                partner._points_multiplier(program),
                *faster.mapped("multiplier"),
                NORMAL if not faster else 0,
            ),
            "rules": [rule._prepare_terms(self._points_units()) for rule in ordered],
            "matches": self._match_products(program, self._points_goods().product_id)
            if any(rule.rule_type == "product" for rule in ordered)
            else {},
        }

    def _takes_part(self, program, partner):
        """Hook: whether a customer's orders earn points at all."""
        return bool(
            partner
            and not partner.is_public
            and program.filtered_domain(self._get_program_domain())
        )

    def _match_products(self, program, products):
        """Product -> rules about products, categories or tags that it meets."""
        matches = {str(product.id): [] for product in products}
        about = program.rule_ids.filtered(lambda rule: rule.rule_type == "product")
        for rule in about:
            for product in products.filtered_domain(rule._get_valid_product_domain()):
                matches[str(product.id)].append(rule.id)
        return matches

    def _points_program(self):
        return self.env["loyalty.program"].sudo()._get_points_program(self.company_id)

    def _check_points_allowed(self, points):
        if refusal := self._points_refusal(points):
            raise UserError(refusal)
