//! How the engines' SQL differs: one table of words, and nothing else that names an engine.

/// An engine that understands SQL in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
    /// Apache Spark.
    Spark,
    /// Snowflake.
    Snowflake,
    /// BigQuery.
    BigQuery,
    /// Trino.
    Trino,
    /// ClickHouse.
    ClickHouse,
    /// Databricks.
    Databricks,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Dialect; 9] = [
        Dialect::DuckDb,
        Dialect::Postgres,
        Dialect::Sqlite,
        Dialect::Spark,
        Dialect::Snowflake,
        Dialect::BigQuery,
        Dialect::Trino,
        Dialect::ClickHouse,
        Dialect::Databricks,
    ];

    /// The name in specs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dialect::DuckDb => "duckdb",
            Dialect::Postgres => "postgresql",
            Dialect::Sqlite => "sqlite",
            Dialect::Spark => "spark",
            Dialect::Snowflake => "snowflake",
            Dialect::BigQuery => "bigquery",
            Dialect::Trino => "trino",
            Dialect::ClickHouse => "clickhouse",
            Dialect::Databricks => "databricks",
        }
    }

    /// The dialect of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// Statements that a session should run before any other: so that points in time mean the same day everywhere, and
    /// that PostgreSQL, which cannot guess how many rows a step gives, neither joins them in nested loops nor spends
    /// longer on compiling sums than on summing. Without them answers are the same, in the right time zone, but slow.
    #[must_use]
    pub fn preparations(self) -> &'static [&'static str] {
        match self {
            Dialect::Spark | Dialect::Databricks => &["SET TIME ZONE 'UTC'"],
            Dialect::Postgres => &["SET jit = off", "SET enable_nestloop = off"],
            Dialect::Snowflake => &["ALTER SESSION SET TIMEZONE = 'UTC'"],
            _ => &[],
        }
    }

    pub(super) fn grammar(self) -> &'static Grammar {
        match self {
            Dialect::DuckDb => &DUCKDB,
            Dialect::Postgres => &POSTGRES,
            Dialect::Sqlite => &SQLITE,
            Dialect::Spark | Dialect::Databricks => &SPARK,
            Dialect::Snowflake => &SNOWFLAKE,
            Dialect::BigQuery => &BIGQUERY,
            Dialect::Trino => &TRINO,
            Dialect::ClickHouse => &CLICKHOUSE,
        }
    }

    /// A name of a table or column, quoted.
    pub(super) fn identifier(self, name: &str) -> String {
        match self {
            Dialect::Spark | Dialect::Databricks => format!("`{}`", name.replace('`', "``")),
            Dialect::BigQuery | Dialect::ClickHouse => format!("`{}`", backslashed(name, '`')),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// A text, quoted.
    pub(super) fn text(self, text: &str) -> String {
        match self {
            Dialect::Spark | Dialect::Databricks | Dialect::Snowflake | Dialect::BigQuery | Dialect::ClickHouse => {
                format!("'{}'", backslashed(text, '\''))
            }
            // Right whatever `standard_conforming_strings` is.
            Dialect::Postgres if text.contains('\\') => {
                format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
            }
            _ => format!("'{}'", text.replace('\'', "''")),
        }
    }
}

fn backslashed(text: &str, quote: char) -> String {
    let mut escaped = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            c if c == quote || c == '\\' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A text that is a plain decimal number as Rust reads it, once trimmed.
const NUMBER: &str = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$";

/// The words of a dialect. `{x}` and `{y}` stand for expressions.
pub(super) struct Grammar {
    /// Types: text, whole numbers of 64 bits, doubles.
    pub(super) text: &'static str,
    pub(super) whole: &'static str,
    pub(super) real: &'static str,
    /// A text, compared by its letters alone, whatever collation its column has.
    pub(super) by_letters: &'static str,
    /// Null where the double is NaN.
    pub(super) no_nan: &'static str,
    /// A text without the characters {y} at its ends.
    pub(super) trim: &'static str,
    /// The double that the trimmed text means, null where it means none. `{y}` is [`Grammar::pattern`].
    pub(super) number: &'static str,
    /// Pattern of a number, as a literal of the dialect.
    pub(super) pattern: &'static str,
    /// Whether the text begins with a day as digits, `YYYY-MM-DD`, and goes on with a time or not at all.
    pub(super) looks_like_day: &'static str,
    /// The whole number that a text of digits means.
    pub(super) digits: &'static str,
    /// Whether a double below 2⁵³ is whole.
    pub(super) is_whole: &'static str,
    /// A double as a text that reads back as the same double.
    pub(super) real_text: &'static str,
    /// A day as `YYYY-MM-DD`.
    pub(super) day_text: &'static str,
    /// The day of a point in time (UTC, or its own where it has no zone).
    pub(super) day_of_time: &'static str,
    /// Microseconds since 1970 of a point in time.
    pub(super) micros: &'static str,
    /// The sum of doubles over many rows, as exact as the engine can: plain sums of millions lose the twelfth digit.
    pub(super) sum: &'static str,
    /// What stops a planner from writing an expression out wherever it is used.
    pub(super) fence: &'static str,
    /// Whether `AS MATERIALIZED` and `AS NOT MATERIALIZED` are known.
    pub(super) hints: bool,
    /// Whether any column may hold values of any type.
    pub(super) typeless: bool,
}

const DUCKDB: Grammar = Grammar {
    text: "VARCHAR",
    whole: "BIGINT",
    real: "DOUBLE",
    by_letters: "CAST({x} AS VARCHAR) COLLATE \"binary\"",
    no_nan: "CASE WHEN isnan({x}) THEN NULL ELSE {x} END",
    trim: "trim({x}, {y})",
    number: "CASE WHEN regexp_matches({x}, {y}) THEN TRY_CAST({x} AS DOUBLE) END",
    pattern: NUMBER,
    looks_like_day: "regexp_matches({x}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}($|[Tt ])')",
    digits: "CAST({x} AS BIGINT)",
    is_whole: "{x} = floor({x})",
    real_text: "CAST({x} AS VARCHAR)",
    day_text: "CAST({x} AS VARCHAR)",
    day_of_time: "CAST(make_timestamp(epoch_us({x})) AS DATE)",
    micros: "epoch_us({x})",
    sum: "fsum({x})",
    fence: "",
    hints: true,
    typeless: false,
};

const POSTGRES: Grammar = Grammar {
    text: "TEXT",
    whole: "BIGINT",
    real: "DOUBLE PRECISION",
    by_letters: "CAST({x} AS TEXT) COLLATE \"C\"",
    no_nan: "NULLIF({x}, CAST('NaN' AS DOUBLE PRECISION))",
    trim: "btrim({x}, {y})",
    // A cast to double fails beyond its range, so that what might be there goes through `numeric`.
    number: "CASE WHEN {x} ~ '^[+-]?([0-9]{1,150}[.]?[0-9]{0,150}|[.][0-9]{1,150})([eE][+-]?[0-9]{1,2})?$' \
             THEN CAST({x} AS DOUBLE PRECISION) WHEN {x} ~ {y} THEN CASE \
             WHEN abs(CAST({x} AS NUMERIC)) >= CAST('1.7976931348623158e308' AS NUMERIC) THEN NULL \
             WHEN abs(CAST({x} AS NUMERIC)) < CAST('1e-323' AS NUMERIC) THEN CAST(0 AS DOUBLE PRECISION) \
             ELSE CAST({x} AS DOUBLE PRECISION) END END",
    pattern: "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,4})?$",
    looks_like_day: "{x} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}($|[Tt ])'",
    digits: "CAST({x} AS BIGINT)",
    is_whole: "{x} = floor({x})",
    real_text: "CAST({x} AS TEXT)",
    day_text: "to_char({x}, 'YYYY-MM-DD')",
    day_of_time: "DATE '1970-01-01' + CAST(floor(extract(epoch FROM {x}) / 86400) AS INTEGER)",
    micros: "CAST(floor(extract(epoch FROM {x}) * 1000000) AS BIGINT)",
    // The shortest text of a double is exact enough, and sums of decimals are exact.
    sum: "SUM(CAST(CAST({x} AS TEXT) AS NUMERIC))",
    fence: " OFFSET 0",
    hints: true,
    typeless: false,
};

const SQLITE: Grammar = Grammar {
    text: "TEXT",
    whole: "INTEGER",
    real: "REAL",
    // An expression has neither its column's collation nor its affinity.
    by_letters: "(CAST({x} AS TEXT) || '')",
    no_nan: "{x}",
    trim: "trim({x}, {y})",
    // A comparison with a number turns a text into one when all of it is a number, and leaves it alone otherwise.
    number: "CASE WHEN {x} = CAST({x} AS REAL) OR {x} = CAST({x} AS NUMERIC) THEN CAST({x} AS REAL) END",
    pattern: "",
    looks_like_day: "({x} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' \
                     OR {x} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][Tt ]*')",
    digits: "CAST({x} AS INTEGER)",
    is_whole: "{x} = CAST({x} AS INTEGER)",
    real_text: "printf('%!.17g', {x})",
    day_text: "CAST({x} AS TEXT)",
    day_of_time: "{x}",
    micros: "{x}",
    // It compensates already.
    sum: "SUM({x})",
    fence: " LIMIT -1 OFFSET 0",
    hints: true,
    typeless: true,
};

const SPARK: Grammar = Grammar {
    text: "STRING",
    whole: "BIGINT",
    real: "DOUBLE",
    by_letters: "CAST({x} AS STRING)",
    no_nan: "CASE WHEN isnan({x}) THEN NULL ELSE {x} END",
    trim: "trim(BOTH {y} FROM {x})",
    number: "CASE WHEN {x} RLIKE {y} THEN try_cast({x} AS DOUBLE) END",
    pattern: NUMBER,
    looks_like_day: "{x} RLIKE '^[0-9]{4}-[0-9]{2}-[0-9]{2}($|[Tt ])'",
    digits: "try_cast({x} AS BIGINT)",
    is_whole: "{x} = floor({x})",
    real_text: "CAST({x} AS STRING)",
    day_text: "CAST({x} AS STRING)",
    day_of_time: "CAST({x} AS DATE)",
    micros: "unix_micros(CAST({x} AS TIMESTAMP))",
    sum: "SUM({x})",
    fence: "",
    hints: false,
    typeless: false,
};

const SNOWFLAKE: Grammar = Grammar {
    text: "VARCHAR",
    whole: "NUMBER(38, 0)",
    real: "DOUBLE",
    by_letters: "COLLATE(CAST({x} AS VARCHAR), '')",
    no_nan: "NULLIF({x}, CAST('NaN' AS DOUBLE))",
    trim: "TRIM({x}, {y})",
    number: "CASE WHEN REGEXP_LIKE({x}, {y}) THEN TRY_TO_DOUBLE({x}) END",
    pattern: NUMBER,
    looks_like_day: "REGEXP_LIKE(SUBSTR({x}, 1, 11), '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]?$')",
    digits: "TRY_TO_NUMBER({x})",
    is_whole: "{x} = FLOOR({x})",
    real_text: "CAST({x} AS VARCHAR)",
    day_text: "TO_CHAR({x}, 'YYYY-MM-DD')",
    day_of_time: "CAST({x} AS DATE)",
    micros: "DATE_PART(epoch_microsecond, {x})",
    ..SPARK
};

const BIGQUERY: Grammar = Grammar {
    text: "STRING",
    whole: "INT64",
    real: "FLOAT64",
    by_letters: "COLLATE(CAST({x} AS STRING), '')",
    no_nan: "CASE WHEN IS_NAN({x}) THEN NULL ELSE {x} END",
    trim: "TRIM({x}, {y})",
    number: "CASE WHEN REGEXP_CONTAINS({x}, {y}) THEN SAFE_CAST({x} AS FLOAT64) END",
    pattern: NUMBER,
    looks_like_day: "REGEXP_CONTAINS({x}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}($|[Tt ])')",
    digits: "SAFE_CAST({x} AS INT64)",
    is_whole: "{x} = FLOOR({x})",
    real_text: "CAST({x} AS STRING)",
    day_text: "CAST({x} AS STRING)",
    day_of_time: "CAST({x} AS DATE)",
    micros: "UNIX_MICROS(CAST({x} AS TIMESTAMP))",
    ..SPARK
};

const TRINO: Grammar = Grammar {
    text: "VARCHAR",
    no_nan: "CASE WHEN is_nan({x}) THEN NULL ELSE {x} END",
    by_letters: "CAST({x} AS VARCHAR)",
    number: "CASE WHEN regexp_like({x}, {y}) THEN TRY_CAST({x} AS DOUBLE) END",
    looks_like_day: "regexp_like({x}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}($|[Tt ])')",
    digits: "TRY_CAST({x} AS BIGINT)",
    real_text: "CAST({x} AS VARCHAR)",
    day_text: "CAST({x} AS VARCHAR)",
    day_of_time: "date_add('day', CAST(floor(to_unixtime({x}) / 86400) AS BIGINT), DATE '1970-01-01')",
    micros: "CAST(floor(to_unixtime({x}) * 1000000) AS BIGINT)",
    ..SPARK
};

const CLICKHOUSE: Grammar = Grammar {
    text: "Nullable(String)",
    whole: "Nullable(Int64)",
    real: "Nullable(Float64)",
    by_letters: "CAST({x} AS Nullable(String))",
    no_nan: "CASE WHEN isNaN({x}) THEN NULL ELSE {x} END",
    number: "CASE WHEN match({x}, {y}) THEN toFloat64OrNull({x}) END",
    looks_like_day: "match({x}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}($|[Tt ])')",
    digits: "toInt64OrNull({x})",
    real_text: "toString({x})",
    day_text: "toString({x})",
    day_of_time: "toDate32(toTimeZone({x}, 'UTC'))",
    micros: "toUnixTimestamp64Micro(toDateTime64({x}, 6, 'UTC'))",
    sum: "sumKahan({x})",
    ..SPARK
};

/// A template with its places filled; what is filled in is not looked at again.
pub(super) fn fill(template: &str, x: &str, y: &str) -> String {
    let mut filled = String::with_capacity(template.len() + 2 * x.len());
    let mut rest = template;
    while let Some(at) = rest.find("{x}").into_iter().chain(rest.find("{y}")).min() {
        filled.push_str(&rest[..at]);
        filled.push_str(if rest[at..].starts_with("{x}") { x } else { y });
        rest = &rest[at + 3..];
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::{Dialect, fill};

    #[test]
    fn every_dialect_is_found_by_its_name() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::find(dialect.name()), Some(dialect));
        }
        assert_eq!(Dialect::find("access"), None);
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(fill("f({x}, {y}, {x})", "{y}", "{x}"), "f({y}, {x}, {y})");
    }

    #[test]
    fn quotes_end_nothing() {
        assert_eq!(Dialect::DuckDb.identifier("a\"; drop"), "\"a\"\"; drop\"");
        assert_eq!(Dialect::Spark.identifier("a`b"), "`a``b`");
        assert_eq!(Dialect::BigQuery.identifier("a`b\\"), "`a\\`b\\\\`");
        assert_eq!(Dialect::Sqlite.text("it's \\"), "'it''s \\'");
        assert_eq!(Dialect::Postgres.text("it's \\"), "E'it''s \\\\'");
        assert_eq!(Dialect::Snowflake.text("it's \\\n"), "'it\\'s \\\\\\n'");
    }
}
