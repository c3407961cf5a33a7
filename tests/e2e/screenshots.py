"""Takes the README's pictures from a served demo shop: ``./crm screenshots``."""

import sys
import tempfile
from pathlib import Path

import xlsxwriter

from tests.e2e.shop import NARROW, URL, Shop, browser

#: A list as shops have it: lost zeros, old prefixes, former wards, a repeated code.
MESSY_LIST = (
    (
        "Mã KH", "Họ và tên", "SĐT", "Giới tính", "Ngày sinh", "Địa chỉ", "Phường/Xã",
        "Quận/Huyện", "Tỉnh thành", "Nhãn", "Nguồn",
    ),
    (
        "VIP101", "Nguyễn Văn Đức", 912345678, "Nam", "31/12/1990", "12 Lê Lợi",
        "Bến Nghé", "Quận 1", "TP.HCM", "VIP", "Facebook",
    ),
    (
        "", "Trần Thị Bích", "0123 456 7890", "nữ", "5/3/88", "8 Hàng Bạc", "", "",
        "ha noi", "Khách quen", "Tờ rơi",
    ),
    (
        "", "Lê Hoàng Nam", "+84 903 111 222", "anh", "1985-07-20", "45 Trần Phú",
        "Hải Châu 1", "Hải Châu", "Đà Nẵng", "", "Zalo",
    ),
    (
        "", "Phạm Thu Hà", "12 34", "nữ", "31/13/1990", "", "", "", "Sao Hỏa", "", "",
    ),
    (
        "VIP101", "Vũ Minh Quân", "0987 654 321", "Nam", "", "", "", "", "Hải Phòng",
        "", "",
    ),
    (
        "", "Đặng Thị Yến", "0905.333.444", "Nữ", "ngày 2 tháng 9 năm 1995",
        "3 Lê Duẩn", "", "", "Thừa Thiên Huế", "Mua sỉ", "Facebook",
    ),
)  # fmt: skip


#: A customer with a history and a group of several conditions, of the demo data.
CUSTOMER = "KH000001"
CLIMBER = "KH000003"  # below the highest tier
GROUP = "Chị em Sài Gòn"
#: A promotion with several levels, limits and a budget.
PROMOTION = "Thu dịu dàng"
#: High enough for the key figures and the first charts of the dashboard.
TALL = {"width": 1440, "height": 1250}


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, browser() as shop:
        shop.log_in("manager")
        shop.open("retail-customers")
        shop.picture(target / "customers.png")
        shop.search("nguyen thi")
        shop.picture(target / "search.png")
        _customer_and_why(shop, target)
        shop.open("customer-groups")
        shop.rows().filter(has_text=GROUP).locator("td[name=name]").click()
        shop.picture(target / "group.png")
        shop.open("customer-field-rules")
        shop.picture(target / "field-rules.png")
        _import(shop, Path(folder), target)
        _points(shop, target)
        _promotions(shop, target)
    with browser(TALL) as shop:
        shop.log_in("manager")
        shop.page.goto(f"{URL}/odoo/dashboards")
        # A chart is drawn on a canvas that doesn't tell when its data have arrived.
        shop.page.wait_for_selector(".o-figure canvas")
        shop.page.wait_for_timeout(5000)
        shop.page.screenshot(path=target / "dashboard.png")
    with browser(TALL) as shop:
        shop.log_in_to_portal("khachhang")
        shop.page.goto(f"{URL}/my/points")
        shop.page.screenshot(path=target / "portal-points.png")
    with browser(NARROW) as shop:
        shop.log_in("telesale")
        shop.open("retail-customers")
        shop.picture(target / "phone.png")


def _customer_and_why(shop: Shop, target: Path) -> None:
    shop.open("retail-customers")
    shop.search(CUSTOMER)
    shop.rows().first.locator("td[name=complete_name]").click()
    shop.page.wait_for_selector(".o_crm_timeline_entry")
    shop.picture(target / "customer.png")
    shop.press("action_why_groups")
    shop.page.wait_for_selector(".modal .o_data_row")
    shop.picture(target / "why.png")


def _points(shop: Shop, target: Path) -> None:
    shop.open("retail-customers")
    shop.search(CLIMBER)
    shop.rows().first.locator("td[name=complete_name]").click()
    shop.tab("tier")
    shop.field("tier_change_ids").scroll_into_view_if_needed()
    shop.picture(target / "tier.png")
    shop.open("points-accounts")
    shop.search(CUSTOMER)
    shop.rows().first.locator("td[name=partner_id]").click()
    shop.picture(target / "points-account.png")


def _promotions(shop: Shop, target: Path) -> None:
    shop.open("promotions")
    shop.rows().filter(has_text=PROMOTION).locator("td[name=name]").click()
    shop.picture(target / "promotion-levels.png")
    shop.tab("limits")
    shop.picture(target / "promotion-limits.png")
    shop.press("action_open_uses")
    shop.settle()
    shop.rows().first.locator("td[name=partner_id]").click()
    shop.press("action_why_promotions")
    shop.page.wait_for_selector(".modal .o_field_html")
    shop.picture(target / "promotion-why.png")
    shop.open("vouchers")
    shop.picture(target / "vouchers.png")


def _import(shop: Shop, folder: Path, target: Path) -> None:
    file = folder / "Khách hàng tháng 11.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Khách hàng")
        for number, row in enumerate(MESSY_LIST):
            sheet.write_row(number, 0, row)
    shop.open("customer-imports/new")
    shop.upload("file", file)
    shop.press("action_preview")
    shop.wait_for_state("ready")
    shop.picture(target / "import-preview.png")
    shop.press("action_start")
    shop.wait_for_state("done")
    shop.picture(target / "import-result.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
