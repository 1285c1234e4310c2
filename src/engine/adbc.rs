//! A database or cluster that counts for us, through an ADBC driver.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{CancelHandle, Connection as _, Database as _, Driver as _, LOAD_FLAG_DEFAULT, Statement as _};
use adbc_driver_manager::{ManagedConnection, ManagedDriver};
use arrow_array::RecordBatch;

use super::Counted;
use super::sql::{self, Dialect, Relation, Relations};
use crate::diagnostic::Diagnostic;
use crate::log::kind;
use crate::plan::{Plan, Schema};

/// How to reach a database. What it holds may be secret, and is never shown.
#[derive(Clone)]
pub struct Access {
    /// Name of a driver that ADBC's manifests know, or path of its library.
    pub driver: String,
    /// Function of the library that starts the driver, where it is not the usual one.
    pub entrypoint: Option<String>,
    /// Where the database is.
    pub uri: Option<String>,
    /// What the driver asks for besides.
    pub options: Vec<(String, String)>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("driver", &self.driver)
            .finish_non_exhaustive()
    }
}

/// Stops what runs, from another thread.
#[derive(Default)]
pub struct Stop {
    asked: AtomicBool,
    running: Mutex<Option<Box<dyn CancelHandle>>>,
}

impl Stop {
    /// Asks the running statement to end.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::SeqCst);
        if let Some(running) = &*self.running.lock().unwrap_or_else(PoisonError::into_inner) {
            // A driver that can't cancel ends when its connection is closed.
            let _ = running.try_cancel();
        }
    }

    /// Whether somebody asked.
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    fn watch(&self, running: Option<Box<dyn CancelHandle>>) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = running;
    }
}

/// A connection to a database.
pub struct Session {
    connection: ManagedConnection,
    dialect: Dialect,
    access: Access,
    stop: Arc<Stop>,
}

impl Session {
    /// Loads the driver and connects.
    ///
    /// # Errors
    /// No such driver; a database that does not answer or does not let in.
    pub fn open(access: &Access, dialect: Dialect, stop: Arc<Stop>) -> Result<Self, Diagnostic> {
        let mut driver = load(access, dialect)?;
        // DuckDB knows its file by another name.
        let uri = access.uri.as_ref().map(|uri| match dialect {
            Dialect::DuckDb => (
                OptionDatabase::Other("path".to_owned()),
                OptionValue::from(uri.as_str()),
            ),
            _ => (OptionDatabase::Uri, OptionValue::from(uri.as_str())),
        });
        let options = access
            .options
            .iter()
            .map(|(key, value)| (OptionDatabase::from(key.as_str()), OptionValue::from(value.as_str())));
        let connected = driver
            .new_database_with_opts(uri.into_iter().chain(options))
            .and_then(|database| database.new_connection());
        let connection = connected.map_err(|error| access.unreachable(&error.message, dialect))?;
        let mut session = Self {
            connection,
            dialect,
            access: access.clone(),
            stop,
        };
        for statement in dialect.preparations() {
            session.run(statement)?;
        }
        Ok(session)
    }

    /// The columns of a table or query.
    ///
    /// # Errors
    /// No such table; a query that is wrong.
    pub fn schema(&mut self, relation: &Relation) -> Result<Schema, Diagnostic> {
        let sql = sql::columns(relation, self.dialect);
        let schema = self.ask_with(&sql, |reader| Ok(reader.schema()))?;
        Ok(Schema {
            columns: schema
                .fields()
                .iter()
                .map(|field| (field.name().clone(), kind(field.data_type())))
                .collect(),
        })
    }

    /// Lets the database count.
    ///
    /// # Errors
    /// As the embedded engine's; a statement that fails.
    pub fn count(
        &mut self,
        plan: &Plan,
        schema: &Schema,
        people: Option<&Schema>,
        relations: &Relations,
    ) -> Result<Counted, Diagnostic> {
        let statements = sql::statements(plan, schema, people, relations, self.dialect)?;
        let mut answers = Vec::with_capacity(statements.len());
        for statement in &statements {
            let answer: Vec<RecordBatch> = self.ask_with(statement, |reader| reader.collect::<Result<_, _>>())?;
            answers.push(answer);
            // A log with a fault is told before the long statements run.
            if answers.len() <= 2 {
                sql::check(plan, &answers)?;
            }
        }
        sql::counted(plan, &answers)
    }

    fn run(&mut self, sql: &str) -> Result<(), Diagnostic> {
        let done = self.connection.new_statement().and_then(|mut statement| {
            statement.set_sql_query(sql)?;
            statement.execute_update().map(|_| ())
        });
        done.map_err(|error| self.access.failed(&error.message, self.dialect))
    }

    fn ask_with<T>(
        &mut self,
        sql: &str,
        read: impl FnOnce(Box<dyn arrow_array::RecordBatchReader + Send>) -> Result<T, arrow_schema::ArrowError>,
    ) -> Result<T, Diagnostic> {
        if self.stop.is_asked() {
            return Err(stopped());
        }
        let statement = self.connection.new_statement().and_then(|mut statement| {
            statement.set_sql_query(sql)?;
            Ok(statement)
        });
        let mut statement = statement.map_err(|error| self.access.failed(&error.message, self.dialect))?;
        self.stop.watch(Some(statement.get_cancel_handle()));
        let answer = match statement.execute() {
            Ok(reader) => read(reader).map_err(|error| error.to_string()),
            Err(error) => Err(error.message),
        };
        self.stop.watch(None);
        answer.map_err(|message| {
            if self.stop.is_asked() {
                stopped()
            } else {
                self.access.failed(&message, self.dialect)
            }
        })
    }
}

fn stopped() -> Diagnostic {
    Diagnostic::new("stopped", "the query was stopped")
}

/// Loads a driver by the path of its library, or by name.
fn load(access: &Access, dialect: Dialect) -> Result<ManagedDriver, Diagnostic> {
    let name = access.driver.as_str();
    let usual = match dialect {
        Dialect::DuckDb => Some("duckdb_adbc_init"),
        _ => None,
    };
    let entrypoint = access.entrypoint.as_deref().or(usual).map(str::as_bytes);
    let is_path = name.contains(['/', '\\']) || [".so", ".dylib", ".dll"].iter().any(|end| name.ends_with(end));
    let loaded = if is_path {
        if !Path::new(name).exists() {
            return Err(Diagnostic::new("no-driver", format!("there is no driver `{name}`"))
                .help("correct the path of its library; a relative one starts where you stand"));
        }
        ManagedDriver::load_dynamic_from_filename(name, entrypoint, AdbcVersion::V110)
    } else {
        ManagedDriver::load_from_name(name, entrypoint, AdbcVersion::V110, LOAD_FLAG_DEFAULT, None)
    };
    loaded.map_err(|error| {
        let (first, _) = error.message.split_once('\n').unwrap_or((&error.message, ""));
        let first: String = first.chars().take(200).collect();
        Diagnostic::new("no-driver", format!("the ADBC driver `{name}` can't be loaded: {first}"))
            .help(format!(
                "install it, for instance with `pip install adbc-driver-{}`, and write the path of its library: driver = \"…/lib….so\"",
                dialect.name()
            ))
            .help("or write the name of a driver that has a manifest in ADBC's folder for drivers")
    })
}

impl Access {
    /// A message of a driver on one line, with nothing in it that may be secret.
    fn clean(&self, message: &str) -> String {
        let mut text: String = message.split_whitespace().collect::<Vec<_>>().join(" ");
        // The whole address first: what it hides is no longer found in pieces.
        if let Some(uri) = &self.uri {
            text = text.replace(uri.as_str(), &public(uri));
        }
        let secrets = self
            .options
            .iter()
            .map(|(_, value)| value.as_str())
            .chain(self.uri.as_deref().into_iter().flat_map(hidden));
        for secret in secrets.filter(|secret| secret.len() > 2) {
            text = text.replace(secret, "***");
        }
        if text.chars().count() > 300 {
            text = text.chars().take(299).chain(['…']).collect();
        }
        text
    }

    fn unreachable(&self, message: &str, dialect: Dialect) -> Diagnostic {
        let place = self.uri.as_deref().map_or_else(|| "the database".to_owned(), public);
        Diagnostic::new(
            "no-connection",
            format!("no connection to {place}: {}", self.clean(message)),
        )
        .help(format!(
            "start the {} server, or correct `uri`; check user and password",
            dialect.name()
        ))
    }

    fn failed(&self, message: &str, dialect: Dialect) -> Diagnostic {
        // Some drivers dial only when they are first asked something.
        let lower = message.to_ascii_lowercase();
        if ["connection refused", "no such host", "connection error", "unavailable"]
            .iter()
            .any(|sign| lower.contains(sign))
        {
            return self.unreachable(message, dialect);
        }
        Diagnostic::new(
            "query-failed",
            format!("the database gives no answer: {}", self.clean(message)),
        )
        .help("check `table` or `query`, that the user may read it, and that the server still runs")
    }
}

/// What an address holds that may be secret: its password and the values of its options.
fn hidden(uri: &str) -> Vec<&str> {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let user = rest.rsplit_once('@').and_then(|(user, _)| user.split_once(':'));
    let options = rest
        .split(['?', ';', '#', '&'])
        .skip(1)
        .filter_map(|option| option.split_once('='));
    user.into_iter().chain(options).map(|(_, value)| value).collect()
}

/// An address without user, password and options: server, port and path.
fn public(uri: &str) -> String {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let end = rest.find(['?', ';', '#']).unwrap_or(rest.len());
    if scheme.is_empty() {
        rest[..end].to_owned()
    } else {
        format!("{scheme}://{}", &rest[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, public};

    #[test]
    fn nothing_secret_is_in_a_message() {
        let access = Access {
            driver: "postgresql".into(),
            entrypoint: None,
            uri: Some("postgresql://me:hunter2@db:5432/x?sslpassword=abc".into()),
            options: vec![("token".into(), "s3cr3t".into())],
        };
        let said =
            access.clean("failed\nat postgresql://me:hunter2@db:5432/x?sslpassword=abc with s3cr3t (hunter2, abc)");
        assert_eq!(said, "failed at postgresql://db:5432/x with *** (***, ***)");
        assert!(!format!("{access:?}").contains("s3cr3t"));
        assert_eq!(public("sc://127.0.0.1:1/;token=x"), "sc://127.0.0.1:1/");
        assert_eq!(public("file.db"), "file.db");
    }
}
