//! What is followed beside groups: `[[funnel]]`, `[periods]`.

use toml::de::DeValue;

use super::condition::condition;
use super::table::Reader;
use super::text::choice;
use super::{At, Funnel, Origin, Periods};
use crate::diagnostic::Diagnostic;

/// What a stage looks like.
const STAGE: &str = "a list of stages, such as [{ name = \"shown\", column = \"shown\", values = [\"1\"] }, …]";

pub(super) fn funnel(mut table: Reader<'_, '_, '_>) -> Option<Funnel> {
    let name = table.name("name");
    let favourable = table.bool("favourable");
    let metrics = table.texts("metrics").map(|m| m.value);
    let mut stages = Vec::new();
    if table.get("stages").is_none() {
        table.missing(
            "stages",
            "stages = [{ name = \"shown\", column = \"shown\", values = [\"1\"] }, …]",
        );
    }
    for value in table.array("stages", STAGE).into_iter().flat_map(|array| array.iter()) {
        let DeValue::Table(inner) = value.get_ref() else {
            let fault = Diagnostic::new("wrong-type", "a stage must be a table")
                .help("for example: { name = \"shown\", column = \"shown\", values = [\"1\"] }");
            table.faults.add(fault, value.span());
            continue;
        };
        let mut stage = Reader::new(inner, value.span(), "a stage", table.faults);
        let Some(name) = stage.name("name") else {
            stage.missing("name", "name = \"shown\"");
            continue;
        };
        if let Some(condition) = condition(stage) {
            stages.push((name, condition));
        }
    }
    if name.is_none() {
        table.missing("name", "name = \"offer\"");
    }
    if favourable.is_none() {
        table.missing(
            "favourable",
            "favourable = true (is coming through good for the person?)",
        );
    }
    table.finish();
    Some(Funnel {
        name: name?,
        favourable: favourable?,
        stages,
        metrics,
    })
}

/// `persist = { periods = 3, of = 4 }` of a gate.
pub(super) fn persist(table: &mut Reader<'_, '_, '_>) -> Option<At<(u64, u64)>> {
    let (inner, span) = table.table("persist", "a table, such as { periods = 3, of = 4 }")?;
    let mut reader = Reader::new(inner, span.clone(), "`persist`", table.faults);
    let (periods, of) = (reader.count("periods"), reader.count("of"));
    for (key, number) in [("periods", &periods), ("of", &of)] {
        if number.is_none() {
            reader.missing(key, "persist = { periods = 3, of = 4 }");
        }
    }
    reader.finish();
    let (periods, of) = (periods?.value, of?.value);
    if periods == 0 || periods > of {
        table.faults.add(
            Diagnostic::new("bad-value", "`periods` lies between 1 and `of`")
                .help("{ periods = 3, of = 4 } fails where 3 of the last 4 periods do"),
            span,
        );
        return None;
    }
    Some(At {
        value: (periods, of),
        origin: Origin::File(span),
    })
}

pub(super) fn periods(mut table: Reader<'_, '_, '_>) -> Periods {
    let periods = Periods {
        every: choice(&mut table, "every", &["day", "week", "month", "quarter", "year"]),
        column: table.name("column"),
        metrics: table.texts("metrics").map(|m| m.value).unwrap_or_default(),
    };
    match (&periods.every, &periods.column) {
        (None, None) if table.get("every").is_none() => {
            table.missing("every", "every = \"month\", or column = \"period\"");
        }
        (Some(every), Some(_)) => {
            if let Origin::File(span) = &every.origin {
                let fault = Diagnostic::new(
                    "bad-value",
                    "periods are made of the time by `every`, or stand in a `column`",
                )
                .help("remove one of them");
                table.faults.add(fault, span.clone());
            }
        }
        _ => {}
    }
    table.finish();
    periods
}
