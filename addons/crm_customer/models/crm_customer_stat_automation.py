import logging

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY

_logger = logging.getLogger(__name__)


class CrmCustomerStatAutomation(models.AbstractModel):
    """How automation rules hear of changed statistics. Part of ``crm.customer.stat``.

    Rules ("bought for more than 5 million: …") listen to what the ORM writes. As long
    as there is one, the rows of touched customers are written by the ORM; what all
    customers are counted for every night is not news.
    """

    _name = "crm.customer.stat.automation"
    _description = "Automation of Customer Statistics"

    def _is_listened_to(self):
        """Whether something happens when a row is written: an automation rule does."""
        return any(
            hasattr(getattr(type(self), method), "origin")
            for method in ("create", "write", "unlink")
        )

    @api.model
    def _refresh_heard(self, customer_ids, figures):
        """As ``_refresh_by_orm``, unless a rule fails: its mistake must not keep
        figures wrong.

        :return: None when nothing was written.
        """
        try:
            with self.env.cr.savepoint():
                return self._refresh_by_orm(customer_ids, figures)
        except Exception as error:  # whatever automation raises
            if getattr(error, "pgcode", None) in PG_CONCURRENCY_ERRORS_TO_RETRY:
                raise  # the job is repeated
            _logger.warning(
                "The automation failed that follows from statistics of the customers "
                "%s. Their figures are written without it.",
                list(customer_ids),
                exc_info=True,
            )
            return None

    @api.model
    def _refresh_by_orm(self, customer_ids, figures):
        """Bring the rows of some customers up to date, each change by itself.

        :param figures: names of the counted fields, in the order of ``_counted``.
        :return: number of rows that were written or removed.
        """
        self.env.flush_all()
        counted = {
            (partner_id, company_id): {
                name: self._fields[name].convert_to_cache(value, self)
                for name, value in zip(figures, row, strict=True)
            }
            for partner_id, company_id, *row in self.env.execute_query(
                self._counted(customer_ids)
            )
        }
        changed = 0
        gone = self.browse()
        for stat in self.search([("partner_id", "in", list(customer_ids))]):
            row = counted.pop((stat.partner_id.id, stat.company_id.id), None)
            if row is None:
                gone += stat
            elif news := {
                name: value
                for name, value in row.items()
                if (stat[name] or None) != (value or None)
            }:
                stat.write(news)
                changed += 1
        self.create(
            [
                {"partner_id": partner_id, "company_id": company_id} | row
                for (partner_id, company_id), row in counted.items()
            ]
        )
        gone.unlink()
        return changed + len(counted) + len(gone)
