"""The README generator: its Markdown subset, and what it says of an addon."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from launcher import readme

MANIFEST = {
    "name": "Shop & Care",
    "summary": "Customers of a shop",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "depends": ["contacts", "queue_job"],
}


def make_addon(folder: Path, manifest=None, **fragments: str) -> Path:
    addon = folder / "shop_care"
    (addon / "readme").mkdir(parents=True)
    (addon / "__manifest__.py").write_text(repr(manifest or MANIFEST), "utf-8")
    for name, text in fragments.items():
        (addon / "readme" / f"{name}.md").write_text(text, "utf-8")
    return addon


class TestMarkdown(unittest.TestCase):
    def test_html_is_escaped_and_names_keep_their_underscores(self):
        self.assertEqual(
            readme.to_html("a < b & <i>c</i> of crm_customer_group"),
            "<p>a &lt; b &amp; &lt;i&gt;c&lt;/i&gt; of crm_customer_group</p>",
        )

    def test_tables_and_images_have_the_classes_of_odoo(self):
        text = readme.to_html("| a |\n|---|\n| `x` |\n\n![List](list.png)")
        self.assertIn('<table class="table table-sm">', text)
        self.assertIn("<td><code>x</code></td>", text)
        self.assertIn('<img class="img-fluid" src="list.png" alt="List"', text)

    def test_headings_move_together_and_code_stays(self):
        text = "# A\n\n```\n# comment\n```\n\n## B"
        self.assertEqual(
            readme.shift_headings(text, 3), "### A\n\n```\n# comment\n```\n\n#### B"
        )


class TestAddon(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_main(self, *args):
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            status = readme.main([*args, "--addons", str(self.folder)])
        return status, output.getvalue()

    def test_sections_in_fixed_order_with_facts(self):
        addon = make_addon(
            self.folder,
            USAGE="Open *Customers*.",
            DESCRIPTION="Who buys.",
            CONFIGURE="# Roles",
        )
        text = readme.Addon.read(addon).readme()
        parts = ["# Shop & Care", "| Needs | `contacts`, `queue_job` |", "Who buys."]
        parts += ["## Configuration", "### Roles", "## Usage", "Open *Customers*."]
        positions = [text.find(part) for part in parts]
        self.assertNotIn(-1, positions)
        self.assertEqual(positions, sorted(positions))
        self.assertNotIn("Known limits", text)

    def test_image_paths_fit_both_files(self):
        addon = make_addon(
            self.folder, DESCRIPTION="![List](static/description/list.png)"
        )
        files = {
            path.name: text for path, text in readme.Addon.read(addon).files().items()
        }
        self.assertIn("](static/description/list.png)", files["README.md"])
        self.assertIn('src="list.png"', files["index.html"])

    def test_check_fails_until_written_and_again_after_an_edit(self):
        addon = make_addon(self.folder, DESCRIPTION="Who buys.")
        self.assertEqual(self.run_main("--check")[0], 1)
        self.assertFalse((addon / "README.md").exists())
        self.assertEqual(self.run_main()[0], 0)
        self.assertEqual(self.run_main("--check"), (0, ""))
        (addon / "readme/DESCRIPTION.md").write_text("Who buys, and when.", "utf-8")
        status, output = self.run_main("--check")
        self.assertEqual(status, 1)
        self.assertIn("README.md", output)
        self.assertIn("index.html", output)

    def test_missing_description_is_named(self):
        make_addon(self.folder, USAGE="Open it.")
        self.assertEqual(
            self.run_main(), (1, "shop_care: readme/DESCRIPTION.md is missing\n")
        )

    def test_missing_manifest_key_is_named(self):
        make_addon(self.folder, {**MANIFEST, "summary": ""}, DESCRIPTION="Who buys.")
        self.assertEqual(
            self.run_main(), (1, "shop_care: the manifest lacks summary\n")
        )


if __name__ == "__main__":
    unittest.main()
