"""
Reading DER, as far as keys, signatures and time stamps need it.
"""

from __future__ import annotations


SEQUENCE = 0x30
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_ID = 0x06
GENERALIZED_TIME = 0x18
CONTEXT_0 = 0xA0
# Tag and length; from here on, lengths are long and numbers negative.
SHORTEST_ELEMENT = 2
HIGH_BIT = 0x80


def der_items(raw: bytes) -> list[tuple[int, bytes]]:
    """
    Return the elements that stand one after the other in `raw`: tag and content.

    Raises:
        ValueError: It is no DER.
    """
    found = []
    while raw:
        tag, content, raw = der_first(raw)
        found.append((tag, content))
    return found


def der_first(raw: bytes) -> tuple[int, bytes, bytes]:
    """
    Return tag and content of the first element of `raw`, and what follows it.

    Raises:
        ValueError: There is none.
    """
    if len(raw) < SHORTEST_ELEMENT:
        raise ValueError("DER ends early")
    tag, length, start = raw[0], raw[1], SHORTEST_ELEMENT
    if length >= HIGH_BIT:
        count = length & 0x7F
        start += count
        digits = raw[SHORTEST_ELEMENT:start]
        length = int.from_bytes(digits, "big")
        if len(digits) != count or digits[:1] in {b"", b"\0"} or length < HIGH_BIT:
            raise ValueError("a length in DER is not minimal")
    if len(raw) < start + length:
        raise ValueError("DER ends early")
    return tag, raw[start : start + length], raw[start + length :]


def der_only(raw: bytes, tag: int) -> bytes:
    """
    Return the content of the only element of `raw`, which has this tag.

    Raises:
        ValueError: It is something else.
    """
    found, content, rest = der_first(raw)
    if found != tag or rest:
        raise ValueError(f"expected DER of tag {tag:#x} alone, found {found:#x}")
    return content


def der_positive(content: bytes) -> int:
    """
    Return the content of an INTEGER that is not negative.

    Raises:
        ValueError: It is negative, or not minimal.
    """
    is_padded = len(content) > 1 and content[0] == 0 and content[1] < HIGH_BIT
    if not content or content[0] >= HIGH_BIT or is_padded:
        raise ValueError("a number in DER is negative or not minimal")
    return int.from_bytes(content, "big")
