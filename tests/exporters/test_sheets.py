"""Where the pictures of a sheet land."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.exporters.sheets import SheetLayout, draw_sheet, plan_sheet


@pytest.mark.parametrize(
    ("count", "columns", "expected"),
    [(1, None, (1, 1)), (4, None, (2, 2)), (5, None, (3, 2)), (5, 2, (2, 3)), (3, 9, (3, 1))],
)
def test_columns_and_rows(count: int, columns: int | None, expected: tuple[int, int]) -> None:
    layout = plan_sheet([(10, 10)] * count, columns)
    assert (layout.columns, layout.rows) == expected


def test_wide_pictures_make_fewer_columns() -> None:
    layout = plan_sheet([(40, 10)] * 16)
    assert (layout.columns, layout.rows) == (2, 8)
    assert (layout.width, layout.height) == (80, 80)


def test_pictures_are_centered_in_cells_of_the_largest() -> None:
    layout = plan_sheet([(4, 4), (2, 2), (4, 2)], columns=2)
    assert layout == SheetLayout(columns=2, rows=2, cell_width=4, cell_height=4)
    pictures = [np.full((height, width, 3), 0.5, np.float32) for height, width in ((4, 4), (2, 2), (2, 4))]
    sheet = draw_sheet(layout, pictures, 3)
    assert sheet.shape == (8, 8, 3)
    assert (sheet[:4, :4] == 128).all()
    assert (sheet[1:3, 5:7] == 128).all()
    assert (sheet[5:7, :4] == 128).all()
    assert (sheet == 128).all(axis=2).sum() == 16 + 4 + 8
    assert (sheet[4:, 4:] == 255).all()


def test_the_background_is_clear_where_there_is_alpha() -> None:
    sheet = draw_sheet(plan_sheet([(2, 2)] * 3, columns=2), [np.ones((2, 2, 4), np.float32)] * 3, 4)
    assert (sheet[:2, :, 3] == 255).all()
    assert (sheet[2:, 2:, 3] == 0).all()
