"""
ECDSA signatures over the curve P-256, verified in plain Python after FIPS 186-5.
"""

from __future__ import annotations

from hashlib import sha256


PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
GROUP = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CURVE_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
GENERATOR = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
UNCOMPRESSED = 4
COORDINATE = 32
AffinePoint = tuple[int, int]


def p256_holds(public_key: bytes, message: bytes, r: int, s: int) -> bool:
    """
    Tell whether (r, s) is a signature of `message` by the owner of `public_key`.

    The key is an uncompressed point; the message is hashed with SHA-256.
    """
    key = _point(public_key)
    if key is None or not (0 < r < GROUP and 0 < s < GROUP):
        return False
    digest = int.from_bytes(sha256(message).digest(), "big")
    inverse = pow(s, -1, GROUP)
    found = _sum(
        _multiple(digest * inverse % GROUP, GENERATOR),
        _multiple(r * inverse % GROUP, key),
    )
    return found is not None and found[0] % GROUP == r


def _point(raw: bytes) -> AffinePoint | None:
    if len(raw) != 1 + 2 * COORDINATE or raw[0] != UNCOMPRESSED:
        return None
    x = int.from_bytes(raw[1 : 1 + COORDINATE], "big")
    y = int.from_bytes(raw[1 + COORDINATE :], "big")
    on_curve = (y * y - (x * x * x - 3 * x + CURVE_B)) % PRIME == 0
    return (x, y) if on_curve and x < PRIME and y < PRIME else None


def _sum(p: AffinePoint | None, q: AffinePoint | None) -> AffinePoint | None:
    """
    Add two points; None is the point at infinity.
    """
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % PRIME == 0:
        return None
    if p == q:
        slope = 3 * (p[0] * p[0] - 1) * pow(2 * p[1], -1, PRIME)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, PRIME)
    x = (slope * slope - p[0] - q[0]) % PRIME
    return x, (slope * (p[0] - x) - p[1]) % PRIME


def _multiple(scalar: int, point: AffinePoint) -> AffinePoint | None:
    found: AffinePoint | None = None
    doubled: AffinePoint | None = point
    while scalar:
        if scalar & 1:
            found = _sum(found, doubled)
        doubled = _sum(doubled, doubled)
        scalar >>= 1
    return found
