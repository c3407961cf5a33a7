"""The sentences behind the codes of `tools`: what is wrong and what to change."""

from odoo.tools import human_size


def sentence(env, code, params):
    """A finding in the user's language.

    :param str code: code of a `tools.verdict.Note` or `Rejected`.
    :param dict params: its values.
    :rtype: str
    """
    known = {
        # --- the file
        "empty": lambda: env._("The file is empty."),
        "no_headings": lambda: env._(
            "No headings were found in the first %(rows)s rows. The first row must "
            "name the columns.",
            **params,
        ),
        "columns_unknown": lambda: env._(
            "None of the columns is a customer code, a name or a phone number. Correct "
            "the headings, or tell below what the columns mean."
        ),
        "not_a_spreadsheet": lambda: env._(
            "“%(file)s” is neither an Excel file (.xlsx) nor a CSV file.", **params
        ),
        "old_xls": lambda: env._(
            "This is a file of an old Excel (.xls). Open it and save it as “Excel "
            "Workbook (.xlsx)”."
        ),
        "password_protected": lambda: env._(
            "The file is protected by a password. Save it without one and upload it "
            "again."
        ),
        "damaged": lambda: env._(
            "The file is damaged. Open it in Excel and save it again."
        ),
        "unsafe_xml": lambda: env._(
            "The file isn't as Excel writes it and was refused for safety. Open it in "
            "Excel and save it again."
        ),
        "too_large": lambda: env._(
            "The file has %(size)s; at most %(limit)s are possible. Split it into "
            "several.",
            size=human_size(params["size"]),
            limit=human_size(params["limit"]),
        ),
        "unpacked_too_large": lambda: env._(
            "Unpacked, the file would have %(size)s; that is no customer list. Copy "
            "the rows into a new file.",
            size=human_size(params["size"]),
        ),
        "too_many_rows": lambda: env._(
            "The file has more than %(limit)s rows. Split it into several.", **params
        ),
        "too_many_columns": lambda: env._(
            "The file has %(columns)s columns; at most %(limit)s are possible.",
            **params,
        ),
        "unknown_sheet": lambda: env._(
            "There is no sheet “%(sheet)s”. The file has: %(sheets)s.",
            sheet=params["sheet"],
            sheets=", ".join(params["sheets"]),
        ),
        "several_sheets": lambda: env._(
            "Several sheets of the file are filled: %(sheets)s. Leave only the one "
            "that is meant, and choose the file again.",
            sheets=", ".join(params["sheets"]),
        ),
        "rows_after_gap": lambda: env._(
            "Row %(row)s is filled, but below %(empty)s empty rows. Delete the empty "
            "rows, or what stands below them, and choose the file again.",
            **params,
        ),
        "csv_binary": lambda: env._(
            "This isn't a text file: save the list as .xlsx or CSV."
        ),
        "csv_encoding": lambda: env._(
            "The characters of the file can't be read. Save it as “CSV UTF-8” or as "
            ".xlsx."
        ),
        "csv_quotes": lambda: env._(
            "A quotation mark in the file isn't closed. Save the list as .xlsx, or "
            "correct it."
        ),
        # --- a cell
        "formula_without_value": lambda: env._(
            "Cell %(cell)s holds a formula that was never calculated. Open the file "
            "in Excel, save it, or paste the values.",
            **params,
        ),
        "excel_error": lambda: env._(
            "Cell %(cell)s holds the error %(error)s.", **params
        ),
        "phone_invalid": lambda: env._("“%(value)s” isn't a phone number.", **params),
        "phone_scientific": lambda: env._(
            "Excel has cut the phone number to “%(value)s”. Format the column as text "
            "and type it again.",
            **params,
        ),
        "email_invalid": lambda: env._(
            "“%(value)s” isn't an e-mail address.", **params
        ),
        "date_invalid": lambda: env._(
            "“%(value)s” isn't a date. Write day/month/year, for example 31/12/1990.",
            **params,
        ),
        "date_future": lambda: env._(
            "The date of birth %(value)s lies in the future.", **params
        ),
        "date_too_old": lambda: env._(
            "The date of birth %(value)s is more than %(years)s years ago.", **params
        ),
        "gender_invalid": lambda: env._(
            "“%(value)s” isn't a gender. Write Male, Female or Other.", **params
        ),
        "customer_type_invalid": lambda: env._(
            "“%(value)s” isn't a type of customer. Write Person or Company.", **params
        ),
        "province_missing": lambda: env._("The ward or district has no province."),
        "province_unknown": lambda: env._(
            "There is no province “%(value)s”.", **params
        ),
        "country_unknown": lambda: env._("There is no country “%(value)s”.", **params),
        "source_unknown": lambda: env._("There is no source “%(value)s”.", **params),
        "tag_unknown": lambda: env._("There is no tag “%(value)s”.", **params),
        "position_unknown": lambda: env._(
            "There is no position “%(value)s”.", **params
        ),
        "owner_unknown": lambda: env._(
            "There is no employee with the login, e-mail or name “%(value)s”.", **params
        ),
        # --- the row among others
        "name_missing": lambda: env._("The name is missing."),
        "code_missing": lambda: env._("The customer code is missing."),
        "repeated_code": lambda: env._(
            "Row %(row)s of the file has the code %(value)s already.", **params
        ),
        "repeated_phone": lambda: env._(
            "Row %(row)s of the file has the phone number %(value)s already.", **params
        ),
        "repeated_fingerprint": lambda: env._(
            "The same as row %(row)s of the file.", row=params["row"]
        ),
        "repeated_customer": lambda: env._(
            "Row %(row)s of the file is the same customer already.", row=params["row"]
        ),
        "code_taken": lambda: env._(
            "The code %(value)s belongs to %(contact)s, which is no customer.", **params
        ),
        "phone_taken": lambda: env._(
            "The phone number %(value)s belongs to %(customer)s (%(customer_code)s).",
            **params,
        ),
        "repeated_value": lambda: env._(
            "%(field)s: row %(row)s of the file has %(value)s already.",
            field=_label(env, params["field"]),
            row=params["row"],
            value=params["value"],
        ),
        "value_taken": lambda: env._(
            "%(field)s: %(value)s belongs to %(customer)s (%(customer_code)s).",
            **(params | {"field": _label(env, params["field"])}),
        ),
        "value_missing": lambda: env._(
            "Required, but missing: %(fields)s.",
            fields=", ".join(_label(env, name) for name in params["fields"]),
        ),
        "customer_exists": lambda: env._(
            "The customer exists already: %(customer)s (%(customer_code)s).", **params
        ),
        "customer_unknown": lambda: env._("No customer has this code or phone number."),
        "refused": lambda: params["message"],
        # --- accepted, but worth telling
        "phone_leading_zero": lambda: env._("Phone: the lost zero was put back."),
        "phone_country_code": lambda: env._("Phone: the country code was recognised."),
        "phone_old_prefix": lambda: env._(
            "Phone: the prefix of before September 2018 was replaced by today's."
        ),
        "phone_extra_text": lambda: env._(
            "Phone: further text in the cell was left out."
        ),
        "tag_created": lambda: env._("New tag: %(value)s.", **params),
        "source_created": lambda: env._("New source: %(value)s.", **params),
        "position_created": lambda: env._("New position: %(value)s.", **params),
        "district_unknown": lambda: env._(
            "There was never a district “%(value)s” there.", **params
        ),
        "ward_missing": lambda: env._(
            "The ward is missing; districts no longer exist."
        ),
        "ward_unknown": lambda: env._(
            "There is no ward “%(value)s” in the province; it was kept as text.",
            **params,
        ),
        "ward_ambiguous": lambda: env._(
            "Several wards are named “%(value)s”: %(candidates)s. Choose one.", **params
        ),
        "ward_divided": lambda: env._(
            "The former ward “%(value)s” was divided: %(candidates)s. Choose one.",
            **params,
        ),
        # --- a call that a switchboard tells of
        "call_direction": lambda: env._(
            "The direction “%(value)s” is unknown. Write in or out.", **params
        ),
        "call_duration": lambda: env._(
            "The duration “%(value)s” isn't a whole number of seconds between 0 and "
            "86400.",
            **params,
        ),
        "call_at": lambda: env._(
            "“%(value)s” isn't a date and time of the past. Write ISO 8601, for "
            "example 2026-11-22T09:30:00+07:00.",
            **params,
        ),
        "call_text": lambda: env._(
            "“%(name)s” must be a text of at most %(limit)s characters.", **params
        ),
        "call_recording": lambda: env._(
            "“%(value)s” isn't the address of a recording: http:// or https:// and so "
            "on.",
            **params,
        ),
    }
    return known[code]()


def _label(env, name):
    """What users call a field of a customer."""
    return env["crm.customer.field.rule"]._labels({name})[name]
