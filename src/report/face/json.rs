//! The whole result as JSON: the face that other programs and archives keep.
//!
//! The same result gives the same bytes: keys in the order of the model, two spaces, floats by their shortest
//! round trip, no negative zero, a line end at the end. What is not finite becomes `null`; nothing should be.

use std::io::{self, Write};

use serde::Serialize as _;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::report::model::v1::Result;
use crate::report::text::hides;

/// The result as JSON.
#[must_use]
pub fn json(result: &Result) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Plain(PrettyFormatter::new()));
    if let Err(error) = result.serialize(&mut serializer) {
        unreachable!("structs of text and numbers always have a JSON form: {error}");
    }
    bytes.push(b'\n');
    let text = String::from_utf8_lossy(&bytes).into_owned();
    debug_assert!(
        serde_json::from_str::<serde_json::Value>(&text).is_ok(),
        "a result is valid JSON, without NaN and infinity"
    );
    text
}

/// Pretty, with the two things that the pretty formatter leaves open: `-0.0`, and characters that act on a terminal.
struct Plain<'a>(PrettyFormatter<'a>);

impl Formatter for Plain<'_> {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // The serializer sends NaN and infinity to `write_null` and never here; held so even if that changed.
        if !value.is_finite() {
            return self.0.write_null(writer);
        }
        // Adding a positive zero turns a negative one into it, and changes no other number.
        self.0.write_f64(writer, value + 0.0)
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for c in fragment.chars() {
            if hides(c) {
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                write!(writer, "{c}")?;
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{sample, small};

    #[test]
    fn the_sample_as_json() {
        insta::assert_snapshot!(json(&small()));
    }

    #[test]
    fn it_reads_back_as_the_same_result() {
        let result = sample();
        let back: Result = serde_json::from_str(&json(&result)).unwrap();
        assert_eq!(back, result);
    }

    #[test]
    fn what_is_not_finite_becomes_null_and_zero_has_no_sign() {
        let mut result = sample();
        result.estimates[0].estimate = Some(f64::NAN);
        result.estimates[0].low = Some(f64::NEG_INFINITY);
        result.estimates[0].high = Some(f64::INFINITY);
        result.estimates[0].p_value = Some(-0.0);
        let text = json(&result);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let first = &value["estimates"][0];
        for field in ["estimate", "low", "high"] {
            assert!(first[field].is_null(), "{field}");
        }
        assert!(first["p_value"].as_f64().unwrap().is_sign_positive());
        for word in ["NaN", ": inf", ": -inf", "-0.0\n", "-0.0,"] {
            assert!(!text.contains(word), "{word}");
        }
    }

    #[test]
    fn the_schema_is_the_first_key_and_the_end_is_a_line_end() {
        let text = json(&sample());
        assert!(text.starts_with("{\n  \"schema\": \"parytet.result/1\","));
        assert!(text.ends_with("}\n"));
    }

    #[test]
    fn no_character_of_a_name_acts_on_a_terminal() {
        let text = json(&sample());
        assert!(text.chars().all(|c| c == '\n' || !hides(c)));
    }
}
