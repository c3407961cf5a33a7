"""What the tests of returned goods share: transfers out and back."""

from odoo.tests import Form


class TransferMixin:
    """Beside a case of `crm_loyalty`; the seller does transfers, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("stock.group_stock_user").sudo().user_ids += cls.seller

    def deliver(self, order, quantity=None):
        """Do the order's open transfer, for so many pieces or for all."""
        picking = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
        picking.move_ids.picked = True
        self._do(picking)
        return picking

    def bring_back(self, picking, quantity, *, only=None, **vals):
        """Return so many pieces of each product of a done transfer.

        :param only: the transfer's lines that are returned.
        """
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking.id, active_ids=picking.ids, active_model=picking._name
            )
        ).save()
        moves = wizard.product_return_moves
        (
            moves if only is None else moves.filtered(lambda line: line.move_id in only)
        ).write({"quantity": quantity, **vals})
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        back.move_ids.picked = True
        self._do(back)
        return back

    def _do(self, picking):
        picking.with_context(skip_backorder=True)._action_done()
        self.settle()
