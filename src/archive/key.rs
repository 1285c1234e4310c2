//! Ed25519 keys as OpenSSL writes them: PKCS#8 and SPKI, in PEM.

use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePublicKey};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::digest::Digest;
use crate::diagnostic::{Diagnostic, Place};

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// A key that signs.
pub struct PrivateKey {
    key: SigningKey,
    public: PublicKey,
}

/// A key that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: Digest,
}

impl PrivateKey {
    /// Reads a key from the text of a PEM file; `name` is the file's, for errors.
    ///
    /// # Errors
    /// A text that is no Ed25519 key in PKCS#8.
    pub fn from_pem(text: &str, name: &str) -> Result<Self, Diagnostic> {
        let key = SigningKey::from_pkcs8_pem(text.trim()).map_err(|_| {
            Diagnostic::new("bad-key", "this is not an Ed25519 private key in PKCS#8")
                .at(Place::of_file(name))
                .help("make one with: openssl genpkey -algorithm ed25519 -out private.pem")
                .help("a key under a passphrase is opened first: openssl pkey -in private.pem -out open.pem")
        })?;
        let public = PublicKey::new(key.verifying_key(), name)?;
        Ok(Self { key, public })
    }

    /// The key that others check with.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The signature of a message: 64 bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).to_bytes().to_vec()
    }
}

impl PublicKey {
    fn new(key: VerifyingKey, name: &str) -> Result<Self, Diagnostic> {
        let wrong = |_| Diagnostic::new("bad-key", "the key can't be written as SPKI").at(Place::of_file(name));
        let id = Digest::of(key.to_public_key_der().map_err(wrong)?.as_bytes());
        Ok(Self { key, id })
    }

    /// Reads the keys of the text of a PEM file, one or several; `name` is the file's, for errors.
    ///
    /// # Errors
    /// A text without a key, or with one that is not Ed25519.
    pub fn all_from_pem(text: &str, name: &str) -> Result<Vec<Self>, Diagnostic> {
        let bad = |message: &str| {
            Diagnostic::new("bad-key", message)
                .at(Place::of_file(name))
                .help("the public key of a private one: openssl pkey -in private.pem -pubout -out public.pem")
        };
        let mut keys = Vec::new();
        for rest in text.split(BEGIN).skip(1) {
            let (body, _) = rest.split_once(END).ok_or_else(|| bad("a public key does not end"))?;
            let key = VerifyingKey::from_public_key_pem(&format!("{BEGIN}{body}{END}\n"))
                .map_err(|_| bad("this is not an Ed25519 public key in SPKI"))?;
            keys.push(Self::new(key, name)?);
        }
        if keys.is_empty() {
            return Err(bad("there is no public key in it"));
        }
        Ok(keys)
    }

    /// The key's name: SHA-256 of its SPKI in DER.
    #[must_use]
    pub fn id(&self) -> &Digest {
        &self.id
    }

    /// Whether the key made this signature of this message; weak keys and signatures that could be written in another
    /// way are refused.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}
