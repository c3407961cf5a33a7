"""Customer lists of any size, the same at each run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

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
