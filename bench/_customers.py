"""Customer lists of any size, the same at each run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from . import _sql

FAMILY = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
)
MIDDLE = (
    "Văn Thị Hữu Minh Ngọc Thanh Quốc Đức Thu Hồng Kim Gia Bảo Xuân Hải Anh".split()
)
GIVEN = (
    "An Bình Châu Cường Dung Dũng Đạt Đức Giang Hà Hải Hạnh Hiếu Hoa Hùng Hương Khánh "
    "Lan Linh Long Mai Minh Nam Nga Ngân Nhung Oanh Phong Phúc Phương Quân Quỳnh Sơn "
    "Tâm Thảo Thắng Thu Trang Trung Tú Tuấn Uyên Vân Việt Vy Yến"
).split()
STREETS = (
    "Lê Lợi|Trần Hưng Đạo|Nguyễn Huệ|Hai Bà Trưng|Lý Thường Kiệt|Quang Trung|"
    "Điện Biên Phủ|Nguyễn Trãi|Cách Mạng Tháng Tám|Võ Văn Tần|Phan Chu Trinh|"
    "Bà Triệu|Lê Duẩn|Hùng Vương"
).split("|")
TAGS = ("VIP", "Khách quen", "Mua sỉ", "Khách mới")
SOURCES = ("Facebook", "Zalo", "KiotViet", "LadiPage")
HEADINGS = (
    *("Mã KH", "Họ và tên", "Điện thoại", "Email", "Giới tính", "Ngày sinh"),
    *("Địa chỉ", "Phường/Xã", "Tỉnh/Thành phố", "Nguồn", "Nhãn"),
)
BIRTHDAY_ZERO = date(1955, 1, 1)


def customers(
    count: int, wards: list[tuple[str, str]], *, prefix: str
) -> Iterator[list[str]]:
    """Rows under ``HEADINGS``: 1 % wrong, 2 % duplicates, the rest good.

    :param wards: (ward, province) to choose from.
    :param prefix: begins the codes; lists with other prefixes don't clash.
    """
    chance = random.Random(f"{prefix}{count}")
    for number in range(count):
        row = _customer(chance, number, wards, prefix)
        if number % 100 == 50:
            row[2] = "12 34"
        elif number % 50 == 1 and number > 1000:
            row[2] = _phone(number - 999, prefix)  # of a good row
        yield row


def is_good(number: int) -> bool:
    """Whether that row of `customers` is to be accepted."""
    return number % 100 != 50 and not (number % 50 == 1 and number > 1000)


def name(chance: random.Random) -> str:
    return " ".join(chance.choice(part) for part in (FAMILY, MIDDLE, GIVEN))


def _customer(
    chance: random.Random, number: int, wards: list[tuple[str, str]], prefix: str
) -> list[str]:
    ward, province = chance.choice(wards)
    return [
        f"{prefix}{number:07d}",
        name(chance),
        _phone(number, prefix),
        f"{prefix.lower()}{number}@example.com" if number % 2 else "",
        chance.choice(("Nam", "Nữ")),
        (BIRTHDAY_ZERO + timedelta(days=chance.randrange(18_000))).strftime("%d/%m/%Y"),
        f"{chance.randrange(1, 400)} {chance.choice(STREETS)}",
        ward,
        province,
        chance.choice(SOURCES),
        chance.choice(TAGS),
    ]


def _phone(number: int, prefix: str) -> str:
    """A valid mobile number; a prefix has a block of ten million of its own."""
    blocks = {"A": "090", "B": "091", "C": "093", "D": "096", "E": "097", "F": "098"}
    return f"{blocks[prefix]}{number:07d}"


def seed(env, count: int) -> int:
    """Customers by plain SQL; indexes are built afterwards, as is advised.

    :return: the id of the first one; the others follow without a gap.
    """
    model = env["res.partner"].create({"name": "Model", "is_customer": False})
    required = _sql.required(
        env, "res_partner", given=("id", "active", "type", "create_date")
    )
    provinces = env["res.country.state"].search([("country_id.code", "=", "VN")])
    first = _sql.next_id(env, "res_partner")
    with _sql.indexes_built_afterwards(env, "res_partner"):
        env.cr.execute(
            _sql.sql(
                """
                INSERT INTO res_partner
                       (name, complete_name, ref, phone, phone_sanitized,
                        email, street, gender, birthdate, birth_month, state_id,
                        is_customer, active, type, member_since, create_date,
                        partner_share, %(others)s)
                SELECT person, person, 'S' || lpad(n::text, 7, '0'),
                       '090' || lpad(n::text, 7, '0'), '+8490' || lpad(n::text, 7, '0'),
                       'khach' || n || '@example.com',
                       (n %% 400) || ' '
                       || (%(streets)s::text[])[1 + n %% %(street_count)s],
                       (ARRAY['female', 'male', 'female', NULL])[1 + n %% 4],
                       born, date_part('month', born),
                       (%(provinces)s::int[])[1 + n %% %(province_count)s],
                       TRUE, TRUE, 'contact', CURRENT_DATE - n %% 1500, now(), TRUE,
                       %(values)s
                  FROM res_partner AS model,
                       (SELECT n,
                               (%(family)s::text[])
                                   [1 + (n::bigint * 7919 %% %(families)s)::int]
                               || ' '
                               || (%(middle)s::text[])[1 + (n / 16) %% %(middles)s]
                               || ' ' || (%(given)s::text[])[1 + (n / 7) %% %(givens)s]
                               || ' ' || n / 1000 AS person,
                               CASE WHEN n %% 5 > 0
                                    THEN %(zero)s::date + (n::bigint * 31 %% 18000)::int
                                END AS born
                          FROM generate_series(0, %(count)s - 1) AS n) AS people
                 WHERE model.id = %(model)s
                 ORDER BY n
                """,
                others=_sql.columns(required),
                values=_sql.columns(required, "model"),
                model=model.id,
                family=FAMILY,
                middle=MIDDLE,
                given=list(GIVEN),
                streets=STREETS,
                provinces=provinces.ids,
                province_count=len(provinces),
                families=len(FAMILY),
                middles=len(MIDDLE),
                givens=len(GIVEN),
                street_count=len(STREETS),
                zero=BIRTHDAY_ZERO,
                count=count,
            )
        )
        env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id"
            " WHERE commercial_partner_id IS NULL"
        )
    return first
