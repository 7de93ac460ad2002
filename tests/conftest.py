"""What all tests share."""

import pytest

pytest.register_assert_rewrite("chassis.testing")  # a suite that fails shows what it compared, as any test does
