"""That the shares of the tests are about equal and leave none out."""

from collections import Counter

from launcher import shares
from launcher.tests.common import FolderCase

TESTS = """
@tagged("post_install", "-at_install")
class TestRules(CustomerCase):
    def test_one(self):
        pass

    def test_two(self):
        pass


class TestScreens(HttpCase):
    def test_tour(self):
        self.start_tour("/odoo", "crm_a")


class HelperCase(CustomerCase):
    def test_nothing(self):
        pass
"""


REPORT = """\
2026-11-22 10:00:07,500 7 DEBUG db odoo.tests.stats: Detailed Tests Report:
\tcrm_a: 9.10s 90 queries
\tcrm_a.test_a.TestA: 3.00s 9000 queries
\tcrm_a.test_a.TestA.setUpClass: 1.00s 20 queries
\tcrm_a.test_a.TestA.test_1: 2.00s 30 queries
\tcrm_a.test_a.TestFrozen: -99999.00s 1000 queries
\tcrm_a.test_a.TestThawed: 99999.00s 2000 queries
\tcrm_b.test_b.TestA: 6.10s 40 queries

2026-11-22 10:00:07,501 7 INFO db odoo.service.server: 5 post-tests in 6s
"""


class TestShares(FolderCase):
    def weights(self, **known):
        addons = self.layout.root / "addons"
        return shares.weights(addons, ["crm_a"], known)

    def test_classes_are_found_and_weighed(self):
        self.write("addons/crm_a/tests/test_a.py", TESTS)
        self.write("addons/crm_a/tests/common.py", TESTS)
        self.write("addons/crm_b/tests/test_b.py", TESTS)
        found = self.weights()
        self.assertEqual(set(found), {"crm_a:TestRules", "crm_a:TestScreens"})
        self.assertGreater(found["crm_a:TestScreens"], found["crm_a:TestRules"])
        known = {"crm_a:TestRules": 70.0, "crm_a:TestGone": 9.0}
        self.assertEqual(self.weights(**known)["crm_a:TestRules"], 70)
        self.assertNotIn("crm_a:TestGone", self.weights(**known))

    def test_shares_are_about_equal_and_never_empty(self):
        seconds = Counter({f"a:T{n}": n for n in range(1, 21)})
        for count in (1, 2, 4):
            divided = shares.divide(seconds, count)
            loads = [sum(seconds[key] for key in share) for share in divided]
            self.assertEqual(sum(loads), 210)
            self.assertLessEqual(max(loads) - min(loads), 3)
        self.assertEqual(shares.divide(Counter({"a:T": 1}), 4), [["a:T"]])

    def test_first_share_has_what_nobody_named(self):
        divided = [["a:T1"], ["a:T2", "b:T3"]]
        self.assertEqual(
            shares.tags(["a", "b"], divided), ["/a,/b,-/a:T2,-/b:T3", "/a:T2,/b:T3"]
        )
        self.assertEqual(shares.tags(["a"], []), ["/a"])

    def test_classes_are_measured_even_if_they_set_the_clock(self):
        found = shares.measured(REPORT)
        self.assertEqual(
            found,
            {
                "crm_a:TestA": 3.0,
                "crm_a:TestFrozen": 1000 * shares.QUERY,
                "crm_a:TestThawed": 2000 * shares.QUERY,
                "crm_b:TestA": 6.1,
            },
        )

    def test_what_was_measured_is_smoothed(self):
        file = self.layout.root / "seconds.json"
        self.assertEqual(shares.remembered(file), {})
        shares.remember(file, Counter({"crm_a:TestA": 3.0, "crm_a:TestB": 1.0}))
        shares.remember(file, Counter({"crm_a:TestB": 2.0}))
        self.assertEqual(
            shares.remembered(file), {"crm_a:TestA": 3.0, "crm_a:TestB": 1.5}
        )
