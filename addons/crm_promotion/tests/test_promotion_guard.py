"""Nobody gets by a side door what promotions don't give."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestPromotionGuard(PromotionCase):
    def test_condition_stays_when_its_record_is_archived(self):
        tag = self.admin_env["res.partner.category"].create({"name": "Khách quen"})
        pricelist = self.admin_env["product.pricelist"].create(
            {"name": "Bán sỉ", "company_id": self.company.id}
        )
        for_tag = self.promote(10, customer_tag_ids=tag.ids)
        for_pricelist = self.promote(20, pricelist_ids=pricelist.ids)
        tag.active = False
        pricelist.active = False
        self.env.registry.clear_cache()
        self.assertEqual(self.order(1, confirm=False).amount_total, 100_000)
        self.assertEqual(for_tag.customer_tag_ids.ids, tag.ids)
        [terms] = for_pricelist._promotion_terms()
        self.assertEqual(terms.pricelists, {pricelist.id})

    def test_record_that_a_promotion_asks_for_cannot_be_deleted(self):
        tag = self.admin_env["res.partner.category"].create({"name": "Khách quen"})
        goods = self.admin_env["product.tag"].create({"name": "Áo dài"})
        self.promote(10, customer_tag_ids=tag.ids, product_tag_ids=goods.ids)
        for record in (tag, goods):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                record.unlink()
            self.assertTrue(record.exists())
        pricelist = self.admin_env["product.pricelist"].create(
            {"name": "Bán sỉ", "company_id": self.company.id}
        )
        self.promote(20, name="Giá sỉ", pricelist_ids=pricelist.ids)
        with self.assertRaisesRegex(UserError, "Giá sỉ"):
            pricelist.unlink()

    def test_benefits_and_vouchers_are_not_written_by_hand(self):
        points = self.promote({"benefit_type": "points", "benefit_points": 5})
        order = self.order(1, confirm=False)
        minted = [dict(order.promotion_benefits[0], quantity=9_000)]
        voucher = self.promote(20, name="Lần sau", given_by="voucher")
        [card] = voucher.sudo()._issue_vouchers(None, 1)
        for vals in (
            {"promotion_benefits": minted},
            {"voucher_ids": [Command.link(card.id)]},
            {"held_voucher_ids": [Command.link(card.id)]},
        ):
            with self.assertRaises(AccessError):
                order.write(vals)
            with self.assertRaises(AccessError):
                self.Order.create({"partner_id": self.customer.id, **vals})
            [name] = vals
            default = {f"default_{name}": vals[name]}
            with self.assertRaises(AccessError):
                self.Order.with_context(**default).create(
                    {"partner_id": self.customer.id}
                )
        with self.assertRaises(AccessError):
            order.copy({"promotion_benefits": minted})
        order.action_confirm()
        self.assertEqual(self.balance(), 10 + 5)
        self.assertEqual(points.use_count, 1)

    def test_deleted_program_does_not_break_the_order(self):
        program = self.promote({"benefit_type": "points", "benefit_points": 5})
        order = self.order(1, confirm=False)
        self.assertEqual(order.promotion_ids.ids, program.ids)
        program.action_archive()
        program.with_env(self.admin_env).unlink()
        order.invalidate_recordset()
        self.assertEqual(order.promotion_ids.mapped("name"), [])

    def test_other_modules_put_leaves_into_the_domains(self):
        """As `website_sale_loyalty` does: it needs lists with Odoo's own leaves."""
        order = self.order(1, confirm=False)
        for domain, leaf in (
            (order._get_program_domain(), ("sale_ok", "=", True)),
            (order._get_trigger_domain(), ("program_id.sale_ok", "=", True)),
        ):
            self.assertIsInstance(domain, list)
            self.assertIn(leaf, domain)
