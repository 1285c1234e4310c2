//! The day that decides ages and expiries: an input, not the clock.

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Place};

/// The day that was asked for; else that of `SOURCE_DATE_EPOCH` (seconds, UTC); else today in UTC.
///
/// # Errors
/// A text that is not a date, or not a number of seconds.
pub fn as_of(flag: Option<&str>, source_date_epoch: Option<&str>, today: Date) -> Result<Date, Diagnostic> {
    let at = |name: &str| Place::of_file(name);
    if let Some(text) = flag {
        return text.parse().map_err(|_| {
            Diagnostic::new("bad-flag", format!("\"{text}\" is not a date"))
                .at(at("--as-of"))
                .help("write it as YYYY-MM-DD, for example --as-of 2026-10-31")
        });
    }
    if let Some(text) = source_date_epoch {
        let time = text
            .trim()
            .parse()
            .ok()
            .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        return match time {
            Some(time) => Ok(jiff::tz::TimeZone::UTC.to_datetime(time).date()),
            None => Err(Diagnostic::new(
                "bad-environment",
                format!("SOURCE_DATE_EPOCH is \"{text}\", which is not a number of seconds"),
            )
            .at(at("SOURCE_DATE_EPOCH"))
            .help("set it to whole seconds since 1970-01-01 UTC, or unset it")),
        };
    }
    Ok(today)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn flag_before_epoch_before_today() {
        let today = date(2026, 1, 1);
        assert_eq!(as_of(Some("2025-02-03"), Some("0"), today), Ok(date(2025, 2, 3)));
        assert_eq!(as_of(None, Some("86400"), today), Ok(date(1970, 1, 2)));
        assert_eq!(as_of(None, None, today), Ok(today));
        assert!(as_of(Some("soon"), None, today).is_err());
        assert!(as_of(None, Some("soon"), today).is_err());
    }
}
