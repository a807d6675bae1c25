"""Names for the arrays that travel through the package; shapes stand in the docstrings of what takes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Pixels = NDArray[np.float32]  # (height, width, channels), colors in [0, 1], premultiplied where there is alpha
BytePixels = NDArray[np.uint8]  # (height, width, channels), colors in 0 to 255, straight alpha
