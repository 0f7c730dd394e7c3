"""A folder that cannot be is told why, and one that stays empty is removed."""

from pathlib import Path

import numpy as np
import pytest

from verify.files import created, read_weights, why_no_folder, write_weights


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("/dev/null", "is not a folder"),
        ("/proc/nothing", "cannot be made"),
        ("/proc", "takes no file"),
        ("file/below", "cannot be made: Not a directory"),
    ],
)
def test_a_folder_that_cannot_be_is_told_why(
    folder: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("in the way")
    assert why_no_folder(Path(folder)) == f"{folder!r}: {reason}"


def test_a_folder_that_stays_empty_goes_again(tmp_path: Path) -> None:
    with created(tmp_path / "one" / "two"):
        assert (tmp_path / "one" / "two").is_dir()
    assert not list(tmp_path.iterdir())
    with created(tmp_path / "one" / "two"):
        (tmp_path / "one" / "file").write_text("kept")
    assert [path.name for path in tmp_path.rglob("*")] == ["one", "file"]
    (tmp_path / "empty").mkdir()
    with created(tmp_path / "empty"):
        pass
    assert (tmp_path / "empty").is_dir()  # it was there


@pytest.mark.parametrize("name", ["w.npy", "w.csv"])
@pytest.mark.parametrize("shape", [(5,), (3, 3)])
def test_weights_are_read_as_they_were_written(name: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    weights = np.random.default_rng(0).standard_normal(shape)
    write_weights(tmp_path / name, weights)
    assert np.array_equal(read_weights(tmp_path / name), weights)


def test_an_array_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.npy").write_bytes(b"")
    with pytest.raises(ValueError, match="holds no array"):
        read_weights(tmp_path / "w.npy")
