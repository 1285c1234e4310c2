//! How time is divided.

use jiff::civil::{Date, ISOWeekDate, Weekday};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// A calendar day.
    Day,
    /// A week that begins on Monday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
    /// Three of them.
    Quarter,
    /// A calendar year.
    Year,
}

impl Every {
    /// All lengths.
    pub const ALL: [Every; 5] = [Every::Day, Every::Week, Every::Month, Every::Quarter, Every::Year];

    /// The name in specs.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Every::Day => "day",
            Every::Week => "week",
            Every::Month => "month",
            Every::Quarter => "quarter",
            Every::Year => "year",
        }
    }

    /// The name of the period in which a day lies: `2026-11-28`, `2026-W48`, `2026-11`, `2026-Q4`, `2026`.
    #[must_use]
    pub fn name(self, day: Date) -> String {
        match self {
            Every::Day => day.to_string(),
            Every::Week => {
                let week = day.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Every::Month => format!("{:04}-{:02}", day.year(), day.month()),
            Every::Quarter => format!("{:04}-Q{}", day.year(), (day.month() + 2) / 3),
            Every::Year => format!("{:04}", day.year()),
        }
    }

    /// The number of a period, one more than that of the period before; `None` for what is no name of one.
    #[must_use]
    pub fn number(self, name: &str) -> Option<i64> {
        let days = |date: Date| {
            let from = jiff::civil::date(1970, 1, 5);
            Some(i64::from(date.since(from).ok()?.get_days()))
        };
        match self {
            Every::Day => days(name.parse().ok()?),
            Every::Week => {
                let (year, week) = name.split_once("-W")?;
                let monday = ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, Weekday::Monday).ok()?;
                Some(days(monday.date())?.div_euclid(7))
            }
            Every::Month | Every::Quarter => {
                let (year, part) = name.split_once(if self == Every::Month { "-" } else { "-Q" })?;
                let a_year = if self == Every::Month { 12 } else { 4 };
                Some(year.parse::<i64>().ok()? * a_year + part.parse::<i64>().ok()? - 1)
            }
            Every::Year => name.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn periods_are_named_and_numbered_one_after_the_other() {
        let day = date(2024, 12, 30);
        let names: Vec<String> = Every::ALL.iter().map(|every| every.name(day)).collect();
        // 30 December 2024 is a Monday, of the first week of 2025.
        assert_eq!(names, ["2024-12-30", "2025-W01", "2024-12", "2024-Q4", "2024"]);
        for every in Every::ALL {
            let (mut day, mut last) = (date(2019, 12, 20), None::<(String, i64)>);
            while day < date(2022, 2, 1) {
                let name = every.name(day);
                let number = every.number(&name).unwrap();
                if let Some((known, before)) = &last {
                    assert_eq!(number - before, i64::from(name != *known), "{name} after {known}");
                }
                last = Some((name, number));
                day = day.tomorrow().unwrap();
            }
            assert_eq!(every.number("soon"), None);
        }
    }
}
