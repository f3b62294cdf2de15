"""
Ed25519 signatures verified in plain Python, after RFC 8032 section 5.1.

Nothing here handles a secret, so it need not run in constant time.
"""

from __future__ import annotations

from hashlib import sha512


FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, -1, FIELD) % FIELD
ROOT_OF_MINUS_1 = pow(2, (FIELD - 1) // 4, FIELD)
HALF = 32
# A point as X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z.
EdwardsPoint = tuple[int, int, int, int]


def ed25519_holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """
    Tell whether `signature` is that of `message` by the owner of `public_key`.
    """
    if len(public_key) != HALF or len(signature) != 2 * HALF:
        return False
    key = _decoded(public_key)
    commitment = _decoded(signature[:HALF])
    scalar = int.from_bytes(signature[HALF:], "little")
    if key is None or commitment is None or scalar >= ORDER:
        return False
    digest = sha512(signature[:HALF] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    left = _times(scalar, BASE)
    right = _plus(commitment, _times(challenge, key))
    return _same(left, right)


def _decoded(raw: bytes) -> EdwardsPoint | None:
    """
    Return the point that 32 bytes stand for, if they are spelled as they must be.
    """
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= FIELD:
        return None
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, FIELD) % FIELD
    x = pow(square, (FIELD + 3) // 8, FIELD)
    if (x * x - square) % FIELD:
        x = x * ROOT_OF_MINUS_1 % FIELD
    if (x * x - square) % FIELD or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = FIELD - x
    return x, y, 1, x * y % FIELD


def _plus(p: EdwardsPoint, q: EdwardsPoint) -> EdwardsPoint:
    a = (p[1] - p[0]) * (q[1] - q[0]) % FIELD
    b = (p[1] + p[0]) * (q[1] + q[0]) % FIELD
    c = 2 * p[3] * q[3] * CURVE_D % FIELD
    d = 2 * p[2] * q[2] % FIELD
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD


def _times(scalar: int, point: EdwardsPoint) -> EdwardsPoint:
    found = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _plus(found, point)
        point = _plus(point, point)
        scalar >>= 1
    return found


def _same(p: EdwardsPoint, q: EdwardsPoint) -> bool:
    return (
        (p[0] * q[2] - q[0] * p[2]) % FIELD == 0 == (p[1] * q[2] - q[1] * p[2]) % FIELD
    )


def _base() -> EdwardsPoint:
    y = 4 * pow(5, -1, FIELD) % FIELD
    point = _decoded(y.to_bytes(HALF, "little"))
    if point is None:
        raise ArithmeticError("the base point of Ed25519 is no point")
    return point


BASE = _base()
