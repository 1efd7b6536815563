"""How numbers are written for a reader: the same way in tables, sentences and charts, whoever says them."""

from __future__ import annotations

import math

THIN_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
TIMES = "\u00d7"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SMALLEST_SHOWN = 1e-6


def count_text(count: int) -> str:
    r"""A whole number with narrow spaces between thousands.

    Examples
    --------
    >>> count_text(1234567).split("\u202f")
    ['1', '234', '567']
    """
    return f"{count:,}".replace(",", THIN_SPACE)


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
    if value >= 1e7 or 0 < rounded < 1e-4:
        return lr_text(math.log10(value))
    return count_text(round(value)) if rounded >= 100 else f"{rounded:g}"


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
