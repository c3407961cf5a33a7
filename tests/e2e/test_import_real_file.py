"""The customers of a real shop, brought in through the import screen, twice."""

import csv
import os
from pathlib import Path

import pytest

LINES = Path(os.environ.get("CRM_DATA", ""), "online_retail_lines.csv")

#: Names in the lines that no list of countries has; the others are plain English.
COUNTRY_NAMES = {
    "EIRE": "Ireland",
    "USA": "United States",
    "RSA": "South Africa",
    "Channel Islands": "Jersey",
    "European Community": "",
    "Unspecified": "",
}

pytestmark = pytest.mark.skipif(
    not LINES.is_file(), reason="the real sales lines are absent"
)


@pytest.fixture(scope="module")
def customers(tmp_path_factory) -> tuple[Path, int]:
    """An import file of the customers in the sales lines, and how many there are."""
    countries = {}
    with LINES.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            if code := line["CustomerID"].split(".")[0]:
                country = line["Country"]
                countries.setdefault(code, COUNTRY_NAMES.get(country, country))
    target = tmp_path_factory.mktemp("real") / "customers.csv"
    with target.open("w", encoding="utf-8-sig", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(["Mã khách hàng", "Tên khách hàng", "Quốc gia"])
        writer.writerows(
            [code, f"Customer {code}", country]
            for code, country in sorted(countries.items())
        )
    return target, len(countries)


def bring_in(shop, file: Path) -> dict[str, int]:
    """Import a file as a manager does; the figures of the result."""
    shop.open("customer-imports/new")
    shop.upload("file", file)
    shop.press("action_preview")
    shop.wait_for_state("ready")
    shop.press("action_start")
    shop.wait_for_state("done", seconds=300)
    return {
        name: int(
            shop.field(f"{name}_count").inner_text().replace(".", "").replace(",", "")
        )
        for name in ("row", "created", "updated", "unchanged", "rejected")
    }


def test_should_bring_in_every_customer_and_change_nothing_the_second_time(
    shop, customers
):
    file, count = customers
    shop.log_in("manager")

    first = bring_in(shop, file)
    assert first["row"] == count
    assert (first["created"], first["rejected"]) == (count, 0)

    again = bring_in(shop, file)
    assert (again["created"], again["updated"], again["rejected"]) == (0, 0, 0)
    assert again["unchanged"] == count

    shop.open("retail-customers")
    shop.search("Customer 17850")
    assert shop.rows().count() == 1
