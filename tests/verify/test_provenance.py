"""A package of the same name that is not ours is named."""

from pathlib import Path

from verify.provenance import foreign_packages


def test_a_foreign_package_is_named(tmp_path: Path) -> None:
    complaint = foreign_packages(tmp_path)
    assert complaint is not None
    assert "'asymptotics'" in complaint
    assert len(complaint.splitlines()) == 1
