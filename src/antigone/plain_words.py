"""How numbers are written for a reader: the same way in tables, sentences and charts, whoever says them."""

from __future__ import annotations

import math
from collections.abc import Sequence

THIN_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
TIMES = "\u00d7"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SMALLEST_SHOWN = 1e-6
WRITTEN_AS_ZERO = 0.005
"""A log10 LR that is nearer to 0 is written as 0.00."""
LARGE = 1e7
"""From here on a number stands as a power of ten."""


def count_text(count: int) -> str:
    r"""A whole number with narrow spaces between thousands.

    Examples
    --------
    >>> count_text(1234567).split("\u202f")
    ['1', '234', '567']
    """
    return f"{count:,}".replace(",", THIN_SPACE)


def counted(count: int, one: str, many: str = "") -> str:
    """A number of things, as one or as several.

    >>> counted(1, "pair"), counted(2, "pair"), counted(0, "family", "families")
    ('1 pair', '2 pairs', '0 families')
    """
    return f"{count_text(count)} {one if count == 1 else many or one + 's'}"


def log10_text(value: float) -> str:
    """A log10 LR with two decimals and a true minus sign.

    Examples
    --------
    >>> log10_text(9.0792), log10_text(float("-inf"))
    ('9.08', 'excluded (LR 0)')
    """
    if math.isinf(value):
        return "excluded (LR 0)" if value < 0 else "infinite"
    return f"{round(value, 2) + 0.0:.2f}".replace("-", MINUS)


def change_text(change: float) -> str:
    r"""A change of a log10 LR with two decimals and its sign, never a minus zero.

    Examples
    --------
    >>> change_text(0.104), change_text(-0.001), change_text(-0.02).encode("unicode_escape")
    ('+0.10', '+0.00', b'\\u22120.02')
    """
    return f"{round(change, 2) + 0.0:+.2f}".replace("-", MINUS)


def lr_text(log10_lr: float) -> str:
    """A likelihood ratio in full, given its base-10 logarithm.

    Examples
    --------
    >>> lr_text(9.0792).replace(NO_BREAK_SPACE, " ")
    '1.2 × 10⁹'
    """
    if math.isinf(log10_lr):
        return "0" if log10_lr < 0 else "infinite"
    if -2 <= log10_lr < 4:
        return plain_text(10**log10_lr)
    exponent = math.floor(log10_lr)
    mantissa = f"{10 ** (log10_lr - exponent):.1f}"
    if mantissa == "10.0":
        mantissa, exponent = "1.0", exponent + 1
    return f"{mantissa}{NO_BREAK_SPACE}{TIMES}{NO_BREAK_SPACE}10{str(exponent).translate(SUPERSCRIPTS)}"


def plain_text(value: float) -> str:
    """A number that is not negative, with two significant digits, or as a whole number from 100 on.

    >>> plain_text(12.3), plain_text(99.7)
    ('12', '100')
    """
    if math.isinf(value):
        return "infinite"
    rounded = float(f"{value:.2g}")
    if value >= LARGE or 0 < rounded < 1e-4:
        return lr_text(math.log10(value))
    return count_text(round(value)) if rounded >= 100 else f"{rounded:g}"


def threshold_text(threshold: float) -> str:
    r"""A threshold as it is used: in full where somebody stated it, as `plain_text` where it was computed.

    >>> threshold_text(15.75), threshold_text(1e4).split("\u202f"), threshold_text(28333.333333333332).split("\u202f")
    ('15.75', ['10', '000'], ['28', '333'])
    """
    rounded = float(f"{threshold:.2g}")
    stated = float(f"{threshold:.9g}") == threshold
    if not stated or rounded == threshold or (threshold == round(threshold) and threshold < LARGE):
        return plain_text(threshold)
    return f"{threshold:.9g}"


def ratio_text(ratio: float) -> str:
    """A ratio from 1 on, with as many decimals as its distance from 1 needs, so that it is never said to be 1.

    >>> ratio_text(1.1220), ratio_text(1.00004), ratio_text(3.98)
    ('1.12', '1.00004', '4')
    """
    beyond = ratio - 1
    decimals = 1 if beyond >= 1 else max(2, math.ceil(-math.log10(beyond))) if beyond > 0 else 0
    return f"{round(ratio, decimals):.{decimals}f}".rstrip("0").rstrip(".")


def probability_text(probability: float) -> str:
    """A probability with as many decimals as its distance from 0 or 1 needs.

    Examples
    --------
    >>> probability_text(0.99998), probability_text(0.5)
    ('0.99998', '0.500')
    """
    if probability > 1 - SMALLEST_SHOWN:
        return f">{NO_BREAK_SPACE}0.999999"
    if probability < SMALLEST_SHOWN:
        return f"<{NO_BREAK_SPACE}0.000001"
    edge = min(probability, 1 - probability)
    decimals = min(6, max(3, math.ceil(-math.log10(edge) - 1e-9)))
    return f"{probability:.{decimals}f}"


def odds_text(prior: float) -> str:
    """A prior probability as a number and, where it is one over a whole number, in those words.

    Examples
    --------
    >>> odds_text(0.02), odds_text(0.3)
    ('1 in 50 (0.02)', '0.3')
    """
    number = f"{prior:.3g}"
    whole = round(1 / prior)
    if whole > 1 and abs(1 / prior - whole) < 1e-6 * whole:
        return f"1 in {count_text(whole)} ({number})"
    return number


def threshold_log10(threshold: float) -> float:
    """The base-10 logarithm of a threshold, free of the last bits that a chart would print.

    Examples
    --------
    >>> threshold_log10(1e4)
    4.0
    """
    return round(math.log10(threshold), 9)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["A"]), listed(["A", "B", "C"])
    ('A', 'A, B and C')
    """
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
