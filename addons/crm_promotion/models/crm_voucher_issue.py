from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools.voucher_codes import LONGEST, least_length, make_codes, normal

TRIES = 20


class CrmVoucherIssue(models.AbstractModel):
    """How vouchers come into the world: many in one statement. Part of
    ``loyalty.card``."""

    _name = "crm.voucher.issue"
    _description = "Issue of Vouchers"

    @api.model
    def _insert_vouchers(self, program, owners, *, expires_on, batch=None, **more):
        """Issue a voucher for each owner; codes are made until all are unique.

        The unique index of codes decides; a code that exists is drawn again.

        :param owners: ids of customers, None for nobody's voucher.
        :param more: ``prefix``, ``length`` of the code (else the program's);
            ``cause``, a text by which the vouchers are found again, or ``causes``,
            one for each owner.
        :return: ids of the vouchers.
        """
        prefix = normal(more.get("prefix", program.voucher_prefix))
        length = more.get("length") or program.voucher_length
        owners = list(owners)
        causes = more.get("causes") or [more.get("cause")] * len(owners)
        missing, made = Counter(zip(owners, causes, strict=True)), []
        for _try in range(TRIES):
            wanted = list(missing.elements())
            if not wanted:
                return made
            codes = make_codes(len(wanted), length, prefix)
            of_code = dict(zip(codes, wanted, strict=True))
            rows = self._insert_codes(
                program,
                [(code, owner) for code, (owner, _cause) in of_code.items()],
                expires_on=expires_on,
                batch=batch,
                causes=[cause for _owner, cause in wanted],
            )
            made += [card for card, _owner, _code in rows]
            missing -= Counter(of_code[code] for _card, _owner, code in rows)
        raise UserError(
            self.env._("Too few codes of this length are left. Make the codes longer.")
        )

    @api.model
    def _insert_codes(self, program, codes, *, expires_on, batch=None, causes=None):
        """Insert vouchers with these codes, but for those that exist already.

        What another transaction issued meanwhile, by the same code or the same cause,
        makes this one be repeated.

        :param codes: pairs of a code and the id of its owner, or None.
        :param causes: what each of them is for.
        :return: rows of the id, the owner's id and the code of each new voucher.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH made AS (
                    INSERT INTO loyalty_card (code, partner_id, program_id, company_id,
                           points, active, voucher_state, expiration_date, batch_id,
                           voucher_cause,
                           create_uid, create_date, write_uid, write_date)
                    SELECT new.code, new.owner, %(program)s, %(company)s,
                           0, TRUE, 'issued', %(expires_on)s, %(batch)s,
                           new.cause,
                           %(user)s, %(now)s, %(user)s, %(now)s
                      FROM UNNEST(%(codes)s::varchar[], %(owners)s::int[],
                                  %(causes)s::varchar[])
                           AS new (code, owner, cause)
                     WHERE NOT EXISTS (SELECT FROM loyalty_rule r
                                        WHERE r.mode = 'with_code'
                                          AND r.code = new.code)
                        ON CONFLICT DO NOTHING
                    RETURNING id, partner_id, code, voucher_cause
                ), logged AS (
                    INSERT INTO crm_voucher_log (card_id, move, to_state, note,
                           create_uid, create_date, write_uid, write_date)
                    SELECT id, 'issue', 'issued', voucher_cause,
                           %(user)s, %(now)s, %(user)s, %(now)s
                      FROM made
                )
                SELECT id, partner_id, code FROM made
                """,
                program=program.id,
                company=program.company_id.id or None,
                expires_on=expires_on,
                batch=batch.id if batch else None,
                causes=[cause or None for cause in causes or [None] * len(codes)],
                codes=[code for code, _owner in codes],
                owners=[owner or None for _code, owner in codes],
                user=self.env.uid,
                now=fields.Datetime.now(),
            ),
            log_exceptions=False,
        )
        rows = self.env.cr.fetchall()
        self.invalidate_model(["program_id"], flush=False)
        program.invalidate_recordset(["coupon_ids", "coupon_count"], flush=False)
        return rows

    @api.model
    def _prepare_voucher_vals(self, program, vals):
        """Values of a voucher that is made one by one, as by Odoo's own wizard."""
        code = normal(vals.get("code"))
        if not code:
            code = make_codes(
                1, program.voucher_length, normal(program.voucher_prefix)
            )[0]
        return {
            "code": code,
            "points": 0,
            "voucher_state": "issued",
            "expiration_date": vals.get("expiration_date")
            or program._voucher_last_day(),
        }

    def _log_issue(self):
        if not self:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_voucher_log (card_id, move, to_state,
                       create_uid, create_date, write_uid, write_date)
                SELECT id, 'issue', 'issued', %(user)s, %(now)s, %(user)s, %(now)s
                  FROM UNNEST(%(cards)s) AS id
                """,
                cards=self.ids,
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_recordset(["voucher_log_ids"], flush=False)

    @api.model
    def _check_code_format(self, count, prefix, length):
        """:raise ValidationError: codes that could be guessed, or read wrongly."""
        least = least_length(count)
        if not least <= length <= LONGEST:
            raise ValidationError(
                self.env._(
                    "Codes of %(count)s vouchers need %(least)s to %(most)s random "
                    "characters, so that nobody guesses one.",
                    count=count,
                    least=least,
                    most=LONGEST,
                )
            )
        prefix = normal(prefix)
        if not prefix.replace("-", "").isalnum() and prefix:
            raise ValidationError(
                self.env._("The prefix has only letters, digits and hyphens.")
            )
        if not prefix.isascii():
            raise ValidationError(
                self.env._("The prefix has letters without accents: barcodes need it.")
            )

    def _cancel_by_cause(self, cause, note=None):
        """Take back what was issued because of something, unless it is used.

        :param cause: the cause itself, or its beginning up to a colon.
        :return: the vouchers that were cancelled.
        """
        part = cause.replace("\\", r"\\").replace("_", r"\_").replace("%", r"\%")
        cards = self.sudo().search(
            [
                "|",
                ("voucher_cause", "=", cause),
                ("voucher_cause", "=like", f"{part}:%"),
            ]
        )
        return cards._move("cancel", note=note)
