"""Verifies every entry of an archive with securesystemslib: verify.py ARCHIVE KEY…"""

import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

archive, *paths = map(pathlib.Path, sys.argv[1:])
keys = []
for path in paths:
    pem = load_pem_public_key(path.read_bytes())
    der = pem.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    keys.append(SSlibKey.from_crypto(pem, keyid=hashlib.sha256(der).hexdigest()))


def refused(envelope, threshold):
    try:
        envelope.verify(keys, threshold)
    except VerificationError:
        return True
    return False


previous = None
entries = sorted((archive / "entries").iterdir())
for entry in entries:
    data = entry.read_bytes()
    envelope = Envelope.from_dict(json.loads(data))
    accepted = envelope.verify(keys, len(keys))
    assert len(accepted) == len(keys), accepted
    statement = json.loads(envelope.payload)
    link = statement["predicate"]["previous"]
    assert (link and link["digest"]["sha256"]) == previous, entry
    previous = hashlib.sha256(data).hexdigest()
    for subject in statement["subject"]:
        digest = subject["digest"]["sha256"]
        held = (archive / "objects" / "sha256" / digest[:2] / digest[2:]).read_bytes()
        assert hashlib.sha256(held).hexdigest() == digest, subject
    # What a verifier that always agrees would let through.
    envelope.payload = envelope.payload.replace(b'"addedAt"', b'"addedat"')
    assert refused(envelope, 1)
    envelope.payload = data
    envelope.payload_type = "application/json"
    assert refused(envelope, 1)
assert entries
print(f"securesystemslib verified {len(entries)} entries with {len(keys)} keys each")
