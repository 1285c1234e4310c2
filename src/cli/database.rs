//! Logs in databases: the connection that a spec names, and `parytet sql`.

use std::sync::Arc;

use super::Failure;
use super::args::SqlArgs;
use super::ready::{named, read_spec, source, today};
use super::shell::{Shell, environment};
use crate::diagnostic::{Diagnostic, Place, near};
use crate::engine::Counted;
use crate::engine::adbc::{Access, Session, Stop};
use crate::engine::sql::{self, Dialect, Relations};
use crate::log::Opened;
use crate::plan::{self, Csv, Database, Kind, Plan, Relation, Schema, Source, StoreOptions};
use crate::spec::{self, Flags, Setting};

/// A database that is connected, with the columns of its tables.
pub(super) struct Connected {
    session: Session,
    relations: Relations,
    names: (String, Option<String>),
    pub(super) schema: Schema,
    pub(super) people_schema: Option<Schema>,
}

/// Whether a fault says that the user stopped the query.
pub(super) fn is_stopped(fault: &Diagnostic) -> bool {
    fault.code == "stopped"
}

impl Connected {
    /// Connects, and asks for the columns.
    pub(super) fn open(planned: &Database) -> Result<Self, Diagnostic> {
        let at = |place: &Option<Place>, fault: Diagnostic| {
            // An address is at fault wherever it is first dialled.
            let place = if fault.code == "no-connection" {
                &planned.uri_place
            } else {
                place
            };
            match place {
                Some(place) => fault.at(place.clone()),
                None => fault,
            }
        };
        let placed = |fault: Diagnostic| at(&planned.place, fault);
        let dialect = dialect(planned.dialect.as_deref(), Some(&planned.driver)).map_err(placed)?;
        let access = access(planned).map_err(placed)?;
        let stop = Arc::new(Stop::default());
        let asked = Arc::clone(&stop);
        // A second interrupt does not wait for a driver that does not answer.
        let handler = move || {
            if asked.is_asked() {
                std::process::exit(i32::from(super::INTERRUPTED));
            }
            asked.ask();
        };
        // Without a handler an interrupt ends the process, as it always did.
        let _ = ctrlc::set_handler(handler);
        let mut session = Session::open(&access, dialect, stop).map_err(placed)?;
        let relations = Relations {
            log: relation(&planned.log),
            people: planned.people.as_ref().map(relation),
        };
        let in_log = |fault: Diagnostic| at(&planned.log_place, fault);
        let schema = session.schema(&relations.log).map_err(in_log)?;
        let in_people = |fault: Diagnostic| at(&planned.people_place, fault);
        let people = relations.people.as_ref();
        let people_schema = people
            .map(|people| session.schema(people))
            .transpose()
            .map_err(in_people)?;
        let name = |relation: &Relation| shown(relation, dialect);
        Ok(Self {
            names: (name(&planned.log), planned.people.as_ref().map(name)),
            session,
            relations,
            schema,
            people_schema,
        })
    }

    /// Log and people as a report names them.
    pub(super) fn sources(&self) -> (Source, Option<Source>) {
        (as_source(&self.names.0), self.names.1.as_deref().map(as_source))
    }

    /// Lets the database count.
    pub(super) fn count(&mut self, plan: &Plan) -> Result<Counted, Diagnostic> {
        let people = self.people_schema.as_ref();
        self.session.count(plan, &self.schema, people, &self.relations)
    }
}

/// A source that is no file.
fn as_source(name: &str) -> Source {
    Source {
        files: vec![named(name)],
        csv: Csv {
            delimiter: None,
            quote: b'"',
            null_values: Vec::new(),
            allow_short_rows: false,
        },
        stores: StoreOptions::default(),
        second: None,
    }
}

/// A table by its name, a query by a digest of its text.
fn shown(relation: &Relation, dialect: Dialect) -> String {
    match relation {
        Relation::Table(name) => format!("{name} ({})", dialect.name()),
        Relation::Query(query) => {
            let digest = xxhash_rust::xxh3::xxh3_64(query.trim().as_bytes());
            format!("query {digest:016x} ({})", dialect.name())
        }
    }
}

fn relation(planned: &Relation) -> sql::Relation {
    match planned {
        Relation::Table(name) => sql::Relation::Table(name.split('.').map(str::to_owned).collect()),
        Relation::Query(query) => sql::Relation::Query(query.clone()),
    }
}

/// The dialect by its name, or by that of a driver.
fn dialect(name: Option<&str>, driver: Option<&str>) -> Result<Dialect, Diagnostic> {
    let names: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
    let told =
        |message: String| Diagnostic::new("bad-value", message).help(format!("the dialects are {}", names.join(", ")));
    if let Some(name) = name {
        return Dialect::find(name).ok_or_else(|| {
            let fault = told(format!("\"{name}\" is not a dialect of SQL that is written here"));
            match near(name, names.iter().copied()) {
                Some(meant) => fault.help(format!("did you mean \"{meant}\"?")),
                None => fault,
            }
        });
    }
    let driver = driver.unwrap_or_default().to_ascii_lowercase();
    let file = driver.rsplit(['/', '\\']).next().unwrap_or_default();
    Dialect::ALL
        .into_iter()
        .find(|dialect| file.contains(dialect.name()))
        .ok_or_else(|| {
            told("the driver's name does not tell which SQL the database speaks: write `dialect`".to_owned())
        })
}

/// What the driver is given, with variables of the environment read.
fn access(planned: &Database) -> Result<Access, Diagnostic> {
    let value = |setting: &Setting| match setting {
        Setting::Written(value) => Ok(value.clone()),
        Setting::Environment(name) => environment(name).ok_or_else(|| {
            Diagnostic::new("no-variable", format!("the environment has no variable `{name}`"))
                .help(format!("set it before the audit: export {name}=…"))
        }),
    };
    Ok(Access {
        driver: planned.driver.clone(),
        entrypoint: planned.entrypoint.clone(),
        uri: planned.uri.as_ref().map(value).transpose()?,
        options: planned
            .options
            .iter()
            .map(|(key, setting)| Ok((key.clone(), value(setting)?)))
            .collect::<Result<_, Diagnostic>>()?,
    })
}

/// `parytet sql`: prints the statements.
pub(super) fn run(args: &SqlArgs, shell: &Shell) -> Result<u8, Failure> {
    let typed = read_spec(&args.spec)?;
    let text = Some(typed.source.text.clone());
    let faults = |faults: Vec<Diagnostic>| Failure::Faults {
        faults,
        text: text.clone(),
    };
    let one = |fault: Diagnostic| faults(vec![fault]);
    let typed = spec::apply(&Flags::default(), Some(typed)).map_err(&faults)?;
    let inputs = plan::inputs(&typed).map_err(&faults)?;
    let driver = inputs.database.as_ref().map(|database| database.driver.as_str());
    let planned = inputs
        .database
        .as_ref()
        .and_then(|database| database.dialect.as_deref());
    let dialect = dialect(args.dialect.as_deref().or(planned), driver).map_err(&one)?;

    let has_people = typed.people.is_some();
    let (schema, people_schema) = if args.columns.is_empty() {
        match &inputs.database {
            Some(database) => {
                let connected = Connected::open(database).map_err(&one)?;
                (connected.schema, connected.people_schema)
            }
            None => {
                let of = |patterns| Opened::open(&source(patterns)?)?.schema();
                let people = inputs.people.as_ref().map(of).transpose().map_err(&one)?;
                (of(&inputs.log).map_err(&one)?, people)
            }
        }
    } else {
        let people = if has_people {
            Some(columns(&args.people_columns).map_err(&one)?)
        } else {
            None
        };
        (columns(&args.columns).map_err(&one)?, people)
    };
    let table = |given: &Option<String>, planned: Option<&Relation>, usual: &str| match (given, planned) {
        (Some(name), _) => Relation::Table(name.clone()),
        (None, Some(planned)) => planned.clone(),
        (None, None) => Relation::Table(usual.to_owned()),
    };
    let database = inputs.database.as_ref();
    let log = table(&args.table, database.map(|database| &database.log), "log");
    let people = has_people.then(|| {
        let planned = database.and_then(|database| database.people.as_ref());
        table(&args.people_table, planned, "people")
    });
    let day = plan::as_of(
        args.as_of.as_deref(),
        environment("SOURCE_DATE_EPOCH").as_deref(),
        today(),
    )
    .map_err(&one)?;
    let sources = (
        as_source(&shown(&log, dialect)),
        people.as_ref().map(|people| as_source(&shown(people, dialect))),
    );
    let plan =
        plan::resolve(&typed, sources.0, &schema, sources.1.zip(people_schema.as_ref()), day).map_err(&faults)?;
    let relations = Relations {
        log: relation(&log),
        people: people.as_ref().map(relation),
    };
    let statements = sql::statements(&plan, &schema, people_schema.as_ref(), &relations, dialect).map_err(&one)?;
    let mut shown = format!(
        "-- {} in {} statements of {}\n",
        plan.about.title,
        statements.len(),
        dialect.name()
    );
    for preparation in dialect.preparations() {
        shown.push_str(&format!("{preparation};\n"));
    }
    for (i, statement) in statements.iter().enumerate() {
        shown.push_str(&format!("\n-- {} of {}\n{statement};\n", i + 1, statements.len()));
    }
    shell.data(&shown)?;
    Ok(0)
}

/// Columns as they are typed: `name:kind`.
fn columns(typed: &[String]) -> Result<Schema, Diagnostic> {
    const KINDS: [(&str, Kind); 6] = [
        ("text", Kind::Text),
        ("integer", Kind::Integer),
        ("real", Kind::Real),
        ("boolean", Kind::Boolean),
        ("date", Kind::Date),
        ("datetime", Kind::Datetime),
    ];
    let column = |typed: &String| {
        let (name, word) = typed.rsplit_once(':').unwrap_or((typed, ""));
        let kind = KINDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind);
        kind.map(|kind| (name.to_owned(), kind)).ok_or_else(|| {
            let known: Vec<&str> = KINDS.iter().map(|(known, _)| *known).collect();
            Diagnostic::new("bad-flag", format!("`{typed}` is not a column with its kind"))
                .help(format!("write NAME:KIND; the kinds are {}", known.join(", ")))
        })
    };
    Ok(Schema {
        columns: typed.iter().map(column).collect::<Result<_, _>>()?,
    })
}
