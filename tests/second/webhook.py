# SPDX-License-Identifier: Apache-2.0
"""Standard Webhooks, symmetric, by the standard library alone: prints the
signatures of webhook.py ID SECONDS BODY-IN-HEX SECRET..."""

import base64
import hashlib
import hmac
import sys

name, seconds, body, *secrets = sys.argv[1:]
signed = b"%s.%s.%s" % (name.encode(), seconds.encode(), bytes.fromhex(body))
signatures = []
for secret in secrets:
    assert secret.startswith("whsec_")
    key = base64.b64decode(secret[len("whsec_"):], validate=True)
    mac = hmac.new(key, signed, hashlib.sha256).digest()
    signatures.append("v1," + base64.b64encode(mac).decode())
print(" ".join(signatures))
