"""Where the state is, and whose folder is never taken for it."""

import os

from launcher import layout as layouts
from launcher.console import Stop
from launcher.layout import MAX_SOCKET_PATH, Layout, layout_of
from launcher.tests.common import FolderCase


class TestLayout(FolderCase):
    def socket_dir(self, state: str):
        return Layout(self.folder, self.folder.__class__(state)).socket_dir

    def test_state_is_in_the_checkout_unless_given(self):
        self.assertEqual(layout_of(self.folder, {}).state, self.folder / ".state")
        given = layout_of(self.folder, {"CRM_STATE": "/srv/state"})
        self.assertEqual(str(given.state), "/srv/state")
        self.assertTrue(given.state_is_given)

    def test_given_state_is_relative_to_the_users_folder(self):
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.folder)
        given = layout_of(self.layout.root, {"CRM_STATE": "there"})
        self.assertEqual(given.state, self.folder / "there")

    def test_socket_moves_when_its_path_would_be_too_long(self):
        socket = len("/run/.s.PGSQL.54320.lock")
        fits = "/" + "x" * (MAX_SOCKET_PATH - socket - 1)
        self.assertEqual(str(self.socket_dir(fits)), f"{fits}/run")
        self.assertEqual(self.socket_dir(fits + "x").parent.as_posix(), "/tmp")

    def test_length_counts_bytes_and_odd_characters_move_the_socket(self):
        for state in ("/srv/" + "é" * 60, "/srv/my shop", "/srv/o'clock", "/srv/a,b"):
            with self.subTest(state):
                self.assertEqual(self.socket_dir(state).parent.as_posix(), "/tmp")

    def test_socket_is_the_same_for_every_account_and_another_per_state(self):
        here = self.socket_dir("/srv/my shop")
        self.patch(layouts.os, "getuid", lambda: 4711)
        self.assertEqual(self.socket_dir("/srv/my shop"), here)
        self.assertNotEqual(self.socket_dir("/srv/your shop"), here)

    def test_folder_with_other_files_is_no_state_folder(self):
        self.write("letters.txt", below=self.folder / "home")
        other = Layout(self.layout.root, self.folder / "home", state_is_given=True)
        with self.assertRaisesRegex(Stop, "isn't a state folder"):
            other.prepare()

    def test_new_and_known_state_folders_are_fine(self):
        given = Layout(self.layout.root, self.folder / "new", state_is_given=True)
        given.prepare()
        given.prepare()
        self.assertTrue(given.logs.is_dir())

    def test_state_of_another_account_is_explained(self):
        self.layout.state.mkdir()
        self.patch(layouts.os, "getuid", lambda: 4711)
        with self.assertRaisesRegex(Stop, "belongs to another account"):
            self.layout.prepare()

    def test_addons_are_folders_with_a_manifest(self):
        self.write("addons/b/__manifest__.py")
        self.write("addons/a/__manifest__.py")
        self.write("addons/c/README.md")
        self.assertEqual(self.layout.addon_names(), ["a", "b"])

    def test_glue_is_not_in_every_shop_and_tested_apart(self):
        for addon in ("a", "b"):
            self.write(f"addons/{addon}/__manifest__.py", "{}")
        self.write("addons/a_b/__manifest__.py", "{'auto_install': True}")
        self.assertEqual(self.layout.shop_addons(), ["a", "b"])
        self.assertEqual(self.layout.test_groups(), [["a", "b"], ["a_b"]])

    def test_addons_bring_what_they_build_on_of_ours(self):
        self.write("addons/base_of_ours/__manifest__.py", "{'depends': ['sale']}")
        self.write("addons/middle/__manifest__.py", "{'depends': ['base_of_ours']}")
        self.write("addons/top/__manifest__.py", "{'depends': ['middle', 'mail']}")
        self.assertEqual(self.layout.needed(["top"]), ["base_of_ours", "middle", "top"])
        self.assertEqual(self.layout.needed(["base_of_ours"]), ["base_of_ours"])
