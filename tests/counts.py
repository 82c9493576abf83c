"""The number of random cases of a test, and the seed: a tenth of the cases in ``make test``, all in ``make long``."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import hypothesis
import pytest

#: Set by ``make long``.
LONG = os.environ.get("XLSXEVAL_LONG") == "1"
# The processes of pytest-xdist inherit the environment, so that all of them have the same seed.
if "XLSXEVAL_SEED" not in os.environ:
    os.environ["XLSXEVAL_SEED"] = str(random.SystemRandom().randrange(10**6) if LONG else 0)
#: The first of the seeds: from the variable XLSXEVAL_SEED, else random in ``make long`` and 0 in ``make test``.
SEED = int(os.environ["XLSXEVAL_SEED"])


def count_of(full: int) -> int:
    """Return how many cases to try: all in ``make long``, else a tenth."""
    return full if LONG else full // 10


def seeds(full: int) -> range:
    """Return the seeds of the cases to try: ``seeds(500)`` is 500 seeds in ``make long``, else 50."""
    return range(SEED, SEED + count_of(full))


def drawn(full: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a test of Hypothesis as long: it draws so many examples, a tenth outside ``make long``, from the seed."""
    limits = hypothesis.settings(max_examples=count_of(full), deadline=None, database=None)
    return lambda test: pytest.mark.long(limits(hypothesis.seed(SEED)(test)))
