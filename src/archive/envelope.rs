//! Dead Simple Signing Envelope, version 1.0.2: what is signed is the type and the bytes, so that neither can be taken for
//! another and no JSON has to be brought into a canonical form.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::key::{PrivateKey, PublicKey};

/// The type of an in-toto statement.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// An envelope, opened: nothing in it is believed before its signatures are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The bytes that are signed.
    pub payload: Vec<u8>,
    /// Their type.
    pub payload_type: String,
    /// Signatures: the key's id as a hint, and the bytes.
    pub signatures: Vec<(String, Vec<u8>)>,
    /// Whether it is written as parytet writes it, to the byte.
    pub canonical: bool,
}

#[derive(Serialize, Deserialize)]
struct Written {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<WrittenSignature>,
}

#[derive(Serialize, Deserialize)]
struct WrittenSignature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

/// The pre-authentication encoding: what a signature is made of.
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// An envelope around an in-toto statement, signed with each key; without a key it is unsigned.
#[must_use]
pub fn seal(payload: &[u8], keys: &[PrivateKey]) -> Vec<u8> {
    let message = pae(PAYLOAD_TYPE, payload);
    let signatures = keys
        .iter()
        .map(|key| (key.public().id().to_string(), key.sign(&message)))
        .collect();
    let sealed = Envelope {
        payload: payload.to_vec(),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures,
        canonical: true,
    };
    sealed.write()
}

/// Text in either alphabet of base64, padded.
fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

impl Envelope {
    /// Opens an envelope; `None`: it is none.
    #[must_use]
    pub fn open(bytes: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(bytes).ok()?;
        let signatures = written
            .signatures
            .into_iter()
            .map(|signature| Some((signature.keyid, decode(&signature.sig)?)))
            .collect::<Option<_>>()?;
        let mut opened = Self {
            payload: decode(&written.payload)?,
            payload_type: written.payload_type,
            signatures,
            canonical: false,
        };
        opened.canonical = opened.write() == bytes;
        Some(opened)
    }

    fn write(&self) -> Vec<u8> {
        let written = Written {
            payload: STANDARD.encode(&self.payload),
            payload_type: self.payload_type.clone(),
            signatures: self
                .signatures
                .iter()
                .map(|(keyid, signature)| WrittenSignature {
                    keyid: keyid.clone(),
                    sig: STANDARD.encode(signature),
                })
                .collect(),
        };
        let Ok(mut bytes) = serde_json::to_vec(&written) else {
            unreachable!("texts always have a JSON form");
        };
        bytes.push(b'\n');
        bytes
    }

    /// Which of the trusted keys signed it. The id in the envelope decides nothing; where it names another key than the
    /// one that signed, that signature does not count.
    #[must_use]
    pub fn signed_by<'k>(&self, trusted: &'k [PublicKey]) -> Vec<&'k PublicKey> {
        let message = pae(&self.payload_type, &self.payload);
        let mut found: Vec<&PublicKey> = Vec::new();
        for (keyid, signature) in &self.signatures {
            let signer = trusted.iter().find(|key| key.verifies(&message, signature));
            if let Some(key) = signer
                && (keyid.is_empty() || Digest::parse(keyid).as_ref() == Some(key.id()))
                && !found.iter().any(|other| other.id() == key.id())
            {
                found.push(key);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_that_of_the_specification() {
        // The example of the DSSE protocol document.
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
        assert_eq!(PAYLOAD_TYPE.len(), 28, "the recipe in an archive's README says 28");
    }

    #[test]
    fn both_alphabets_and_unknown_fields_are_read() {
        let usual = br#"{"payload":"+/+/","payloadType":"t","signatures":[{"sig":"+/8=","keyid":"k"}],"more":1}"#;
        let other = br#"{"payload":"-_-_","payloadType":"t","signatures":[{"sig":"-_8=","keyid":"k"}]}"#;
        let (usual, other) = (Envelope::open(usual).unwrap(), Envelope::open(other).unwrap());
        assert_eq!(usual.payload, [0xfb, 0xff, 0xbf]);
        assert_eq!(usual, other);
        assert!(!usual.canonical);
        assert!(Envelope::open(b"{}").is_none());
        assert!(Envelope::open(br#"{"payload":"?","payloadType":"t","signatures":[]}"#).is_none());
    }
}
