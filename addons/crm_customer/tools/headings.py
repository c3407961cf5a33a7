"""The columns of customer lists and the names that people give them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from .text import cell_text, fold


@dataclass(frozen=True)
class Column:
    """One importable column.

    ``heading`` is the English source that the Odoo layer translates, ``vietnamese`` its
    translation (files are matched in both languages, whatever the user's), ``aliases``
    other names seen in the lists of shops.
    """

    key: str
    heading: str
    vietnamese: str
    aliases: tuple[str, ...] = ()


COLUMNS: tuple[Column, ...] = (
    Column(
        "code",
        "Customer code",
        "Mã khách hàng",
        ("Mã KH", "Mã khách", "Mã", "Code", "Customer ID", "Reference"),
    ),
    Column(
        "name",
        "Customer name",
        "Tên khách hàng",
        (
            "Họ tên",
            "Họ và tên",
            "Tên",
            "Tên KH",
            "Tên khách",
            "Khách hàng",
            "Name",
            "Full name",
        ),
    ),
    Column(
        "phone",
        "Phone",
        "Điện thoại",
        (
            *("Số điện thoại", "SĐT", "Số ĐT", "ĐT", "Di động", "Số di động", "ĐTDĐ"),
            *(
                "Điện thoại di động",
                "Phone number",
                "Mobile",
                "Mobile phone",
                "Tel",
                "Telephone",
            ),
        ),
    ),
    Column(
        "email",
        "Email",
        "Email",
        ("E-mail", "Địa chỉ email", "Thư điện tử", "Email address"),
    ),
    Column("gender", "Gender", "Giới tính", ("Phái", "Sex")),
    Column(
        "birthdate",
        "Date of birth",
        "Ngày sinh",
        (
            "Ngày tháng năm sinh",
            "Sinh nhật",
            "Birthdate",
            "Birthday",
            "Birth date",
            "DOB",
        ),
    ),
    Column(
        "is_company",
        "Customer type",
        "Loại khách",
        ("Loại khách hàng", "Cá nhân/Công ty", "Company type", "Is a company"),
    ),
    Column(
        "street",
        "Address",
        "Địa chỉ",
        ("Số nhà", "Số nhà, đường", "Địa chỉ khách hàng", "Street", "Street address"),
    ),
    Column(
        "ward", "Ward", "Phường/Xã", ("Phường", "Xã", "Xã/Phường", "Phường/Xã/Thị trấn")
    ),
    Column(
        "district",
        "District",
        "Quận/Huyện",
        ("Quận", "Huyện", "Huyện/Quận", "Quận/Huyện/TP"),
    ),
    Column(
        "province",
        "Province/City",
        "Tỉnh/Thành phố",
        (
            *("Tỉnh thành", "Tỉnh/TP", "Tỉnh", "Thành phố", "Khu vực"),
            *("Province", "City", "State"),
        ),
    ),
    Column("country", "Country", "Quốc gia", ("Nước", "Country name")),
    Column(
        "member_since",
        "Member since",
        "Ngày tham gia",
        (
            "Ngày tạo",
            "Ngày đăng ký",
            "Ngày vào",
            "Join date",
            "Created on",
            "Created date",
        ),
    ),
    Column(
        "source",
        "Source",
        "Nguồn khách hàng",
        ("Nguồn", "Nguồn gốc", "Nguồn khách", "Kênh", "Customer source", "Channel"),
    ),
    Column("tags", "Tags", "Nhãn", ("Thẻ", "Thẻ khách hàng", "Tag", "Labels")),
    Column(
        "owner",
        "Owner",
        "Người phụ trách",
        (
            *(
                "Nhân viên phụ trách",
                "NV phụ trách",
                "Phụ trách",
                "Nhân viên kinh doanh",
            ),
            *("Salesperson", "Assigned to"),
        ),
    ),
    Column("position", "Job position", "Chức vụ", ("Chức danh", "Vị trí", "Position")),
    Column(
        "company_name", "Company name", "Công ty", ("Tên công ty", "Đơn vị", "Company")
    ),
    Column("vat", "Tax ID", "Mã số thuế", ("MST", "VAT", "Tax code", "VAT number")),
    Column("website", "Website", "Website", ("Trang web", "Web")),
    Column("note", "Note", "Ghi chú", ("Mô tả", "Notes", "Comment", "Description")),
)


@lru_cache(maxsize=1024)
def normalise_heading(heading: str) -> str:
    """Return the key under which the spellings of a heading meet.

    Accents, case, punctuation, spaces and the mark of required columns ``(*)`` are
    ignored: ``"SỐ ĐIỆN THOẠI (*)"`` -> ``"sodienthoai"``.
    """
    return re.sub(r"[\W_]+", "", fold(heading))


def match_headings(cells: Iterable[object]) -> list[str | None]:
    """Return the column key of each heading cell, ``None`` where it isn't ours.

    A key is given once: of two columns with the same meaning the first one counts.
    """
    keys = _keys_by_heading()
    matched: list[str | None] = []
    for cell in cells:
        key = keys.get(normalise_heading(cell_text(cell)))
        matched.append(None if key in matched else key)
    return matched


@lru_cache(maxsize=1)
def _keys_by_heading() -> dict[str, str]:
    keys: dict[str, str] = {}
    for column in COLUMNS:
        for name in (column.key, column.heading, column.vietnamese, *column.aliases):
            keys.setdefault(normalise_heading(name), column.key)
    return keys
