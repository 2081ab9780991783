"""What the server puts in order."""

from __future__ import annotations

import os
import time

from tonmeister.surfaces.rest.tidying import make_room, tidy


def test_an_upload_that_was_complete_becomes_an_asset(door):
    uploads = door.studio.uploads
    upload = uploads.create(4, "a.txt")
    uploads.write(upload.id, 0, [b"four"])
    tidy(door.studio)
    asset_id = uploads.head(upload.id).asset_id
    assert door.get(f"/assets/{asset_id}/file").content == b"four"
    tidy(door.studio)
    assert door.get("/assets").json()["n_total"] == 1


def test_old_files_are_removed_and_arriving_ones_kept(door):
    for name, age_s in (("old", 2 * 86400), ("arriving", 60)):
        folder = door.studio.incoming / name
        folder.mkdir()
        os.utime(folder, (time.time() - age_s,) * 2)
    tidy(door.studio)
    assert [path.name for path in door.studio.incoming.iterdir()] == ["arriving"]


def test_copies_make_room_for_each_other(tmp_path):
    for number in range(4):
        path = tmp_path / f"copy-{number}"
        path.write_bytes(b"x" * 100)
        os.utime(path, (number, number))
    make_room(tmp_path, 250)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy-2", "copy-3"]


def test_a_quota_holds_for_forms_too(open_door):
    door = open_door(upload_quota_mb=1)
    door.upload(b"x" * 700_000)
    door.refusal(door.post("/assets", files={"file": ("b", b"y" * 700_000)}), 413, "STORAGE_QUOTA_EXCEEDED")
