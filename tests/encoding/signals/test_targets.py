"""What lists name, read into targets: pictures, arrays, masks, points, normal maps, and the signals that have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inrcodec.encoding.signals.listed import parse_list
from inrcodec.encoding.signals.signal import Signal, read_signal
from inrcodec.errors import UsageError
from inrcodec.exporters.derivatives import draw_normals, normals
from inrcodec.fitting.constraints.domain import Anywhere, Cells, Near, Scattered
from inrcodec.numerics.poisson import differences, laplacian

HEIGHT, WIDTH = 6, 8
rng = np.random.default_rng(3)
GRAY = rng.integers(0, 256, (HEIGHT, WIDTH)).astype(np.uint8)
COLOR = rng.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.fromarray(GRAY).save(tmp_path / "gray.png")
    Image.fromarray(COLOR).save(tmp_path / "color.png")
    Image.fromarray(np.dstack([COLOR, GRAY])).save(tmp_path / "clear.png")
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[2:4, 3:6] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    Image.fromarray(0 * mask).save(tmp_path / "dark.png")
    Image.fromarray(COLOR[:4]).save(tmp_path / "small.png")
    (tmp_path / "points.csv").write_text("# x, y, value\n0, 0, 0.25\n7, 5, 0.75\n\n3.5, 2, 1\n")
    (tmp_path / "places.txt").write_text("1 2\n3 4\n")
    (tmp_path / "beyond.csv").write_text("9, 0, 1\n")
    (tmp_path / "words.csv").write_text("one, two, three\n")
    (tmp_path / "notes.npy").write_text("no array")
    (tmp_path / "notes.png").write_text("no picture")
    np.save(tmp_path / "slopes.npy", rng.normal(size=(HEIGHT, WIDTH, 1, 2)))
    np.save(tmp_path / "bends.npy", rng.normal(size=(HEIGHT, WIDTH, 1)))
    np.save(tmp_path / "holes.npy", np.full((HEIGHT, WIDTH, 1), np.nan))
    return tmp_path


def signal(folder: Path, constraint: str, channels: int = 1, head: str = "") -> Signal:
    text = f"axes = [{WIDTH}, {HEIGHT}]\nchannels = {channels}\n{head}\n[[constraint]]\n{constraint}\n"
    return read_signal(parse_list(text, "list"), folder, "list")


@pytest.mark.parametrize(("name", "channels"), [("gray", 1), ("gray", 3), ("color", 3), ("color", 4), ("clear", 4)])
def test_values_of_a_picture(folder: Path, name: str, channels: int) -> None:
    found = signal(folder, f'quantity = "value"\ntarget = "{name}.png"', channels)
    (cells,) = found.constraints[0].known
    assert isinstance(cells, Cells)
    assert cells.targets.shape == (channels, 1, HEIGHT * WIDTH)
    assert found.reference is not None
    np.testing.assert_array_equal(
        cells.targets[:, 0].reshape(channels, HEIGHT, WIDTH).transpose(1, 2, 0), found.reference
    )
    assert found.name == f"{name}.png"
    assert found.source_bytes == (folder / f"{name}.png").stat().st_size


def test_differences_of_a_picture_and_the_picture_that_has_them(folder: Path) -> None:
    found = signal(folder, 'quantity = "gradient"\ntarget = "color.png"', 3, 'constants = "color.png"')
    constraint = found.constraints[0]
    across, down = constraint.known
    assert isinstance(across, Cells)
    assert isinstance(down, Cells)
    exact = differences(COLOR / 255)
    assert (across.between, down.between) == (0, 1)
    np.testing.assert_allclose(across.targets[:, 0], exact.right.reshape(-1, 3).T, atol=1e-6)
    np.testing.assert_allclose(down.targets[:, 0], exact.down.reshape(-1, 3).T, atol=1e-6)
    assert constraint.reach == WIDTH
    assert constraint.potential is not None
    assert found.constants is not None
    solved = (constraint.potential + found.constants[:, None, None]).transpose(1, 2, 0)
    np.testing.assert_allclose(solved, COLOR / 255, atol=1e-5)


def test_the_laplacian_of_a_picture(folder: Path) -> None:
    constraint = signal(folder, 'quantity = "laplacian"\ntarget = "gray.png"').constraints[0]
    (cells,) = constraint.known
    assert isinstance(cells, Cells)
    np.testing.assert_allclose(cells.targets.ravel(), laplacian(GRAY[..., None] / 255).ravel(), atol=1e-5)
    assert constraint.potential is not None
    np.testing.assert_allclose(
        laplacian(constraint.potential.transpose(1, 2, 0).astype(float)).ravel(), cells.targets.ravel(), atol=1e-5
    )


def test_reach_one_needs_no_such_picture(folder: Path) -> None:
    constraint = signal(folder, 'quantity = "gradient"\ntarget = "gray.png"\nreach = 1').constraints[0]
    assert constraint.reach == 1
    assert constraint.potential is None


def test_an_array_of_slopes_that_no_picture_has_is_projected(folder: Path) -> None:
    found = signal(folder, 'quantity = "gradient"\ntarget = "slopes.npy"')
    constraint = found.constraints[0]
    (cells,) = constraint.known
    assert isinstance(cells, Cells)
    assert cells.targets.shape == (1, 2, HEIGHT * WIDTH)
    assert constraint.potential is not None
    assert found.reference is None
    slopes = np.load(folder / "slopes.npy")
    wanted = (slopes[:, 1:, 0, 0] + slopes[:, :-1, 0, 0]) / 2, (slopes[1:, :, 0, 1] + slopes[:-1, :, 0, 1]) / 2

    def loss(picture: np.ndarray) -> float:
        return sum(float(np.square(np.diff(picture, axis=1 - axis) - one).sum()) for axis, one in enumerate(wanted))

    best = constraint.potential[0].astype(float)
    assert all(loss(best + 1e-2 * rng.normal(size=best.shape)) > loss(best) for _ in range(20))


def test_a_normal_map_is_slopes(folder: Path) -> None:
    gradient = np.zeros((HEIGHT, WIDTH, 3, 2), np.float32)
    gradient[...] = (0.03, -0.02)
    shown = np.rint(255 * draw_normals(normals(gradient, 16.0))).astype(np.uint8)
    Image.fromarray(shown).save(folder / "normals.png")
    told = 'quantity = "gradient"\ntarget = "normals.png"\nreading = "normals"'
    (cells,) = signal(folder, told).constraints[0].known
    assert isinstance(cells, Cells)
    np.testing.assert_allclose(cells.targets[0, 0], 0.03, atol=1e-3)
    np.testing.assert_allclose(cells.targets[0, 1], -0.02, atol=1e-3)
    with pytest.raises(UsageError, match="channels = 1"):
        signal(folder, told, 3)


def test_masks(folder: Path) -> None:
    inside = signal(folder, 'quantity = "laplacian"\ntarget = 0\ndomain = {inside = "mask.png"}').constraints[0]
    outside = signal(folder, 'quantity = "value"\ntarget = "gray.png"\ndomain = {outside = "mask.png"}')
    (hole,), (rest,) = inside.known, outside.constraints[0].known
    assert isinstance(hole, Anywhere)
    assert hole.numbers is not None
    assert hole.numbers.tolist() == [19, 20, 21, 27, 28, 29]
    assert rest.count() == HEIGHT * WIDTH - 6
    assert outside.reference is None  # a part of a picture is not to be compared with the whole
    edges = signal(folder, 'quantity = "gradient"\ntarget = "gray.png"\ndomain = {inside = "mask.png"}').constraints[0]
    assert [domain.count() for domain in edges.known] == [4, 3]


def test_points(folder: Path) -> None:
    (known,) = signal(folder, 'quantity = "value"\ntarget = "points.csv"').constraints[0].known
    assert isinstance(known, Scattered)
    np.testing.assert_allclose(known.points, [[-0.875, -5 / 6], [0.875, 5 / 6], [0, -1 / 6]])
    assert known.targets.ravel().tolist() == [0.25, 0.75, 1.0]
    (few,) = signal(folder, 'quantity = "slope"\ntarget = 1\ndomain = {points = "places.txt"}').constraints[0].known
    (near,) = signal(folder, 'quantity = "slope"\ntarget = 1\ndomain = {near = "places.txt"}').constraints[0].known
    assert isinstance(few, Scattered)
    assert isinstance(near, Near)
    np.testing.assert_allclose(near.spread, [2 / WIDTH, 2 / HEIGHT])


@pytest.mark.parametrize(
    ("constraint", "channels", "said"),
    [
        ('quantity = "value"\ntarget = "none.png"', 3, "none.png: no such file"),
        ('quantity = "value"\ntarget = "small.png"', 3, "has 8x4 pixels, and axes says 8x6"),
        ('quantity = "value"\ntarget = "color.png"', 1, "is in color"),
        ('quantity = "value"\ntarget = "clear.png"', 3, "has transparency"),
        ('quantity = "gradient"\ntarget = "bends.npy"', 1, "has the shape (6, 8, 1), not (6, 8, 1, 2)"),
        ('quantity = "laplacian"\ntarget = "slopes.npy"', 1, "has the shape"),
        ('quantity = "laplacian"\ntarget = "holes.npy"', 1, "not all of its numbers are finite"),
        ('quantity = "laplacian"\ntarget = "notes.npy"', 1, "cannot be read as an array"),
        ('quantity = "laplacian"\ntarget = "gone.npy"', 1, "cannot be read as an array"),
        ('quantity = "value"\ntarget = "points.csv"', 3, "2 of the place and 3 of the target"),
        ('quantity = "value"\ntarget = "beyond.csv"', 1, "outside of the 8 x 6 samples"),
        ('quantity = "value"\ntarget = "words.csv"', 1, "cannot be read as rows of numbers"),
        ('quantity = "value"\ntarget = "words.csv"', 1, "put # before a row of titles"),
        ('quantity = "value"\ntarget = "notes.png"', 1, "notes.png: cannot be read as a picture"),
        ('quantity = "value"\ntarget = "points.csv"\ndomain = {inside="mask.png"}', 1, "leave the domain out"),
        ('quantity = "value"\ntarget = "gray.png"\ndomain = {points="places.txt"}', 1, "known at samples"),
        ('quantity = "value"\ntarget = 0\ndomain = {inside="dark.png"}', 1, "no sample is in its domain"),
        ('quantity = "value"\ntarget = [1, 2]', 3, "2 numbers for 3 channels"),
    ],
)
def test_what_cannot_be_used_is_named(folder: Path, constraint: str, channels: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        signal(folder, constraint, channels)
    assert "list: constraint 1 (" in str(caught.value)
    assert said in str(caught.value)
