"""Vietnamese addresses, resolved without the internet. No database."""

import csv
import random
import socket
from unittest.mock import patch

from odoo.tests import BaseCase, tagged
from odoo.tools.misc import file_path

from odoo.addons.crm_customer.tools.address import (
    ODOO_STATE_CODES,
    Place,
    _resolve,
    iter_provinces,
    iter_wards,
    parse_free_text,
    resolve,
)
from odoo.addons.crm_customer.tools.gazetteer import gazetteer
from odoo.addons.crm_customer.tools.text import fold
from odoo.addons.crm_customer.tools.verdict import ValueRejected

HCM, SAI_GON = "79", "Phường Sài Gòn"


@tagged("-at_install", "post_install")
class TestResolve(BaseCase):
    def test_former_ward_in_every_notation(self):
        for province, district, ward in (
            ("Thành phố Hồ Chí Minh", "Quận 1", "Phường Bến Nghé"),
            ("TP.HCM", "Q.1", "P. Bến Nghé"),
            ("TPHCM", "Q1", "P.Bến Nghé"),
            ("tp hcm", "quan 1", "ben nghe"),
            ("Sài Gòn", "1", "BẾN NGHÉ"),
            ("Hồ Chí Minh", "Quận 01", "phuong ben nghe"),
            ("Ho Chi Minh City", "District 1", "Ben Nghe Ward"),
            ("Hồ Chí Minh - Quận 1", "", "Phường Bến Nghé"),
            ("Hồ Chí Minh", "", "Bến Nghé"),
        ):
            with self.subTest(province=province, district=district, ward=ward):
                place = resolve(province, district, ward)
                self.assertEqual(place.province_code, HCM)
                self.assertEqual(place.ward_name, SAI_GON)
                self.assertEqual(place.notes, ())

    def test_settled(self):
        for address, province, ward in (
            (("Hồ Chí Minh", "", "Phường Sài Gòn"), "Thành phố Hồ Chí Minh", SAI_GON),
            (("Hồ Chí Minh", "Quận 1", SAI_GON), "Thành phố Hồ Chí Minh", SAI_GON),
            (("Hòa Bình", "Kim Bôi", "Xuân Thủy"), "Tỉnh Phú Thọ", "Xã Nật Sơn"),
            (("Phú Thọ", "Kim Bôi", "Xuân Thuỷ"), "Tỉnh Phú Thọ", "Xã Nật Sơn"),
            (("HCM", "Q.9", "Long Bình"), "Thành phố Hồ Chí Minh", "Phường Long Bình"),
            (
                ("HN", "H. Thường Tín", "TT. Thường Tín"),
                "Thành phố Hà Nội",
                "Xã Thường Tín",
            ),
            # A district that has no wards, and one that was itself divided before.
            (("BRVT", "Côn Đảo", ""), "Thành phố Hồ Chí Minh", "Đặc khu Côn Đảo"),
            (("Thừa Thiên - Huế", "TP Huế", "Vĩ Dạ"), "Thành phố Huế", "Phường Vỹ Dạ"),
            # Names that only the kind or the accents tell apart.
            (("Quảng Ngãi", "Ba Tơ", "Ba Tô"), "Tỉnh Quảng Ngãi", "Xã Ba Tô"),
            (("Quảng Ngãi", "Ba Tơ", "Ba Tơ"), "Tỉnh Quảng Ngãi", "Xã Ba Tơ"),
            (("quang ngai", "ba to", "thi tran ba to"), "Tỉnh Quảng Ngãi", "Xã Ba Tơ"),
            (("Thanh Hóa", "", "Đông Tiến"), "Tỉnh Thanh Hóa", "Phường Đông Tiến"),
            # The same ward name in a merged province: the named province decides.
            (
                ("Hồ Chí Minh", "", "Tân Bình"),
                "Thành phố Hồ Chí Minh",
                "Phường Tân Bình",
            ),
            (
                ("Bình Dương", "Dĩ An", "Tân Bình"),
                "Thành phố Hồ Chí Minh",
                "Phường Tân Đông Hiệp",
            ),
        ):
            with self.subTest(address=address):
                place = resolve(*address)
                self.assertEqual(
                    (place.province_name, place.ward_name), (province, ward)
                )
                self.assertEqual(place.notes, ())

    def test_unsettled_keeps_the_province(self):
        for address, code in (
            (("HCM", "Quận 1", "Không Có"), "ward_unknown"),
            (("HCM", "Tân Bình", SAI_GON), "ward_unknown"),  # not on that land
            (("HCM", "Quận 1", ""), "ward_missing"),
            (("HCM", "Quận 99", ""), "district_unknown"),
            (("HCM", "Tân Bình", "P15"), "ward_divided"),
            (("HCM", "", "Phường 15"), "ward_ambiguous"),
            (("Bình Dương", "", "Tân Bình"), "ward_ambiguous"),
            (("thanh hoa", "", "dong tien"), "ward_ambiguous"),
        ):
            with self.subTest(address=address):
                place = resolve(*address)
                self.assertTrue(place.province_code)
                self.assertEqual((place.ward_code, place.ward_name), ("", ""))
                self.assertEqual([note.code for note in place.notes], [code])

    def test_divided_ward_offers_its_parts_the_likeliest_first(self):
        (note,) = resolve("HCM", "Tân Bình", "P15").notes
        names = [name for _code, name in note.params["candidates"]]
        self.assertEqual(names, ["Phường Tân Sơn", "Phường Tân Bình"])

    def test_ward_at_the_end_of_the_street(self):
        place = resolve("HCM", "Quận 1", street="12 Lê Lợi, P. Bến Nghé")
        self.assertEqual(place.ward_name, SAI_GON)
        self.assertEqual(resolve("HCM", street="12, Lê Lợi").ward_code, "")

    def test_province(self):
        self.assertEqual(resolve(""), Place())
        for address, code in (
            (("Atlantis",), "province_unknown"),
            (("", "Quận 1", "Bến Nghé"), "province_missing"),
        ):
            with (
                self.subTest(address=address),
                self.assertRaises(ValueRejected) as caught,
            ):
                resolve(*address)
            self.assertEqual(caught.exception.code, code)


@tagged("-at_install", "post_install")
class TestFreeText(BaseCase):
    def test_settled(self):
        for text, street, ward in (
            ("12 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM", "12 Lê Lợi", SAI_GON),
            ("12 Lê Lợi P. Bến Nghé Q.1 TP.HCM", "12 Lê Lợi", SAI_GON),
            ("12 Lê Lợi phường Bến Nghé quận 1 hồ chí minh", "12 Lê Lợi", SAI_GON),
            ("12 Lê Lợi, Phường Sài Gòn, TP.HCM, Việt Nam", "12 Lê Lợi", SAI_GON),
            (
                "Lầu 2, 12 Lê Lợi, Bến Nghé, Quận 1, Hồ Chí Minh 700000",
                "Lầu 2, 12 Lê Lợi",
                SAI_GON,
            ),
            (
                "1 Hạ Long, Phường 2, Vũng Tàu, Bà Rịa - Vũng Tàu",
                "1 Hạ Long",
                "Phường Vũng Tàu",
            ),
            ("Côn Đảo, Bà Rịa - Vũng Tàu", "", "Đặc khu Côn Đảo"),
        ):
            with self.subTest(text=text):
                rest, place = parse_free_text(text)
                self.assertEqual((rest, place.ward_name), (street, ward))
                self.assertEqual(place.notes, ())

    def test_nothing_is_lost_when_the_ward_stays_open(self):
        for text, rest, codes in (
            ("5 A, P15, Tân Bình, HCM", "5 A, P15, Tân Bình", ["ward_divided"]),
            ("9 Xã Đàn, Phương Liên, Đống Đa, Hà Nội", None, ["ward_divided"]),
            (
                "2 Võ Văn Ngân, Thủ Đức, HCM",
                "2 Võ Văn Ngân, Thủ Đức",
                ["ward_ambiguous"],
            ),
            ("2 Lê Lợi, Quận 1, HCM", "2 Lê Lợi, Quận 1", ["ward_missing"]),
            ("2 Lê Lợi, Hà Nội", "2 Lê Lợi", []),
        ):
            with self.subTest(text=text):
                street, place = parse_free_text(text)
                self.assertEqual(street, rest or text.removesuffix(", Hà Nội"))
                self.assertEqual(place.ward_code, "")
                self.assertEqual([note.code for note in place.notes], codes)

    def test_no_province(self):
        for text in ("", "12 Lê Lợi", " , "):
            with self.subTest(text=text), self.assertRaises(ValueRejected) as caught:
                parse_free_text(text)
            self.assertEqual(caught.exception.code, "province_unknown")


@tagged("-at_install", "post_install")
class TestGazetteer(BaseCase):
    def test_units_of_today(self):
        provinces, wards = dict(iter_provinces()), list(iter_wards())
        self.assertEqual((len(provinces), len(wards)), (34, 3321))
        self.assertEqual(len({code for code, *_ in wards}), 3321)
        self.assertEqual({province for *_, province in wards}, set(provinces))

    def test_states_of_odoo_have_the_same_names(self):
        """By name, as the lists share no code; Huế has its old name in Odoo."""
        with open(
            file_path("base/data/res.country.state.csv"), encoding="utf-8"
        ) as file:
            states = {
                r["code"]: r["name"] for r in csv.DictReader(file) if "_vn_" in r["id"]
            }
        provinces = dict(iter_provinces())
        self.assertEqual(set(ODOO_STATE_CODES), set(provinces))
        self.assertEqual(set(ODOO_STATE_CODES.values()), set(states))
        for code, state in ODOO_STATE_CODES.items():
            short = (
                fold(provinces[code]).removeprefix("thanh pho ").removeprefix("tinh ")
            )
            self.assertTrue(
                fold(states[state]).endswith(short), (provinces[code], states[state])
            )

    def test_every_unit_of_today_is_found_by_its_name(self):
        provinces = dict(iter_provinces())
        for code, name, province in iter_wards():
            self.assertEqual(resolve(provinces[province], "", name).ward_code, code)

    def test_former_wards_lead_where_the_data_say(self):
        units = gazetteer()
        keys = random.Random(63).sample(sorted(units.successors), 2000)
        for key, names in _typed_names(keys):
            wards = units.successors[key]
            expected = wards[0] if len(wards) == 1 else ""
            self.assertEqual(resolve(*names).ward_code, expected, names)

    def test_no_socket_is_opened(self):
        """The library would ask a geocoder for every divided ward that has a street."""
        units = gazetteer()
        divided = [key for key, wards in units.successors.items() if len(wards) > 1]
        self.assertEqual(len(divided), 471)
        refuse = AssertionError("an address left the shop")
        with (
            patch.object(socket, "socket", side_effect=refuse),
            patch.object(socket, "create_connection", side_effect=refuse),
            patch.object(socket, "getaddrinfo", side_effect=refuse),
        ):
            gazetteer.cache_clear()
            typed = [names for _key, names in _typed_names(divided)]
            self.assertEqual(len(typed), 471)
            for province, district, ward in typed:
                place = resolve(province, district, ward, "12 Lê Lợi")
                self.assertEqual(place.ward_code, "")
                self.assertEqual(place.notes[0].code, "ward_divided")
                parse_free_text(f"12 Lê Lợi, {ward}, {district}, {province}")

    def test_an_address_is_looked_up_once(self):
        keys = random.Random(34).sample(sorted(gazetteer().successors), 3000)
        rows = [names for _key, names in _typed_names(keys)]
        for row in rows:
            resolve(*row)
        known = _resolve.cache_info().misses
        for row in rows:
            resolve(*row)
        self.assertEqual(_resolve.cache_info().misses, known)


def _typed_names(keys):
    """Yield former wards' keys with their (province, district, ward) names."""
    units = gazetteer()
    for key in keys:
        province, district, _ward = key.split("_")
        district = f"{province}_{district}"
        if ward := units.former_ward_names[district].name_of(key):
            names = units.province_names, units.district_names[province]
            yield key, (names[0].name_of(province), names[1].name_of(district), ward)
