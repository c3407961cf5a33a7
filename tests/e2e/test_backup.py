"""A backup of the served shop is written, and restored beside it, with its files."""

import os

import pytest

from launcher import backup, database

COUNTS = """
SELECT (SELECT count(*) FROM res_partner), (SELECT count(*) FROM ir_attachment)
"""
A_FILE = """
SELECT store_fname FROM ir_attachment WHERE file_size > 0 AND store_fname IS NOT NULL
 ORDER BY id LIMIT 1
"""


@pytest.fixture
def restored(odoo):
    name = f"{os.environ['CRM_TEST_DB']}_back"
    yield name
    database.drop(odoo, name)


def test_should_bring_back_rows_and_files_also_over_another_database(
    odoo, restored, tmp_path
):
    shop, file = os.environ["CRM_TEST_DB"], tmp_path / "shop.zip"
    with backup.replacing(file) as output:
        backup.write_backup(odoo, shop, output)
    for _time in range(2):
        with file.open("rb") as source:
            backup.restore_backup(odoo, source, restored, neutralize=False)
        assert odoo.sql(COUNTS, restored) == odoo.sql(COUNTS, shop)
        (name,) = odoo.sql(A_FILE, restored)
        stored = [
            (odoo.filestore / database_name / name).read_bytes()
            for database_name in (shop, restored)
        ]
        assert stored[0]
        assert stored[0] == stored[1]
    assert not database.exists(odoo, database.old(restored))
    assert not (odoo.filestore / database.building(restored)).exists()
