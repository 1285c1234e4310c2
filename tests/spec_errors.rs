//! Every fault of a spec, a flag or a value ends with 2, a code, the place, and what was probably meant.

use crate::audit_support::{Desk, estimate};
use crate::log_support::parquet;
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetCompression, Series, df};
use serde_json::Value;

const LOG: &str = "id,gender,age,decision,accepted,worth,freq,w,channel,day\n\
    1,F,30,yes,1,2.5,1,1.0,email,2025-01-01\n\
    2,M,50,no,0,1.5,2,0.5,email,2025-01-02\n\
    3,F,20,yes,0,0,1,2.0,app,2025-01-03\n";

const SPEC: &str = "[log]\npath = \"log.csv\"\nsubject = \"id\"\n\n[[protected]]\nname = \"gender\"\n\n\
    [[outcome]]\nname = \"offer\"\nfavourable = true\nselected = { column = \"decision\", values = [\"yes\"] }\n";

fn desk() -> Desk {
    Desk::with("log.csv", LOG)
}

/// A spec is refused with a code, at the place that `«` marks, with these words.
#[track_caller]
fn refused_on(desk: &Desk, spec: &str, code: &str, words: &[&str]) {
    let at = spec.find('«').expect("the place is marked");
    let before = &spec[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    desk.write("spec.toml", spec.replace('«', ""));
    for command in ["audit", "check"] {
        let done = desk.run(&[command, "spec.toml"]);
        let err = done.refuses(code);
        assert!(
            err.contains(&format!("spec.toml:{line}:{column}\n")),
            "not at {line}:{column}: {err}"
        );
        for word in words {
            assert!(err.contains(word), "no {word:?} in {err}");
        }
    }
}

/// The plain spec with one thing changed.
#[track_caller]
fn refused(from: &str, to: &str, code: &str, words: &[&str]) {
    assert!(SPEC.contains(from));
    refused_on(&desk(), &SPEC.replacen(from, to, 1), code, words);
}

/// The plain spec with something more at its end.
#[track_caller]
fn refused_with(more: &str, code: &str, words: &[&str]) {
    refused_on(&desk(), &format!("{SPEC}\n{more}\n"), code, words);
}

/// Flags are refused; the place is the flag.
#[track_caller]
fn refused_flags(args: &[&str], code: &str, words: &[&str]) {
    let done = desk().run(&[&["audit", "log.csv"], args].concat());
    let err = done.refuses(code);
    for word in words {
        assert!(err.contains(word), "no {word:?} in {err}");
    }
}

/// What is found while reading a log: at this place, with these words.
#[track_caller]
fn refused_log(log: &str, spec: &str, code: &str, words: &[&str]) {
    let desk = Desk::with("log.csv", log);
    desk.write("spec.toml", spec);
    let done = desk.run(&["audit", "spec.toml"]);
    let err = done.refuses(code);
    for word in words {
        assert!(err.contains(word), "no {word:?} in {err}");
    }
}

#[test]
fn the_plain_spec_is_right() {
    let desk = desk();
    desk.write("spec.toml", SPEC);
    assert_eq!(desk.run(&["check", "spec.toml"]).code, 0);
    assert_eq!(desk.run(&["audit", "spec.toml"]).code, 0);
}

#[test]
fn toml_syntax() {
    refused("subject = \"id\"", "subject = «id", "toml-syntax", &["stand in quotes"]);
    refused(
        "path = \"log.csv\"",
        "path = \"a\"\n«path = \"log.csv\"",
        "toml-syntax",
        &[],
    );
}

#[test]
fn unknown_key() {
    refused(
        "subject",
        "«sbject",
        "unknown-key",
        &["did you mean `subject`?", "[log]"],
    );
    refused(
        "[[protected]]\nname",
        "[[protected]]\n«nme = \"x\"\nname",
        "unknown-key",
        &["did you mean `name`?"],
    );
    refused(
        "favourable = true",
        "favourable = true\n«favorable = true",
        "unknown-key",
        &["did you mean `favourable`?"],
    );
    refused(
        "values = [\"yes\"]",
        "values = [\"yes\"], «valus = 1",
        "unknown-key",
        &["did you mean `values`?"],
    );
    refused_with(
        "[[gate]]\nmetric = \"disparate_impact\"\nmin = 0.8\n«rul = \"point\"",
        "unknown-key",
        &["did you mean `rule`?"],
    );
    refused_with("[«gates]\nmin = 1", "unknown-key", &["did you mean `gate`?"]);
}

#[test]
fn wrong_type() {
    refused(
        "subject = \"id\"",
        "subject = «7",
        "wrong-type",
        &["`subject` must be a string, found a whole number"],
    );
    refused(
        "favourable = true",
        "favourable = «\"yes\"",
        "wrong-type",
        &["true or false, found a string"],
    );
    refused(
        "subject = \"id\"",
        "subject = \"id\"\nwhere = [«1]",
        "wrong-type",
        &["where = [{ column"],
    );
    refused_with("[groups]\nintersections = «\"some\"", "wrong-type", &["\"all\""]);
    refused_with(
        "[groups]\nintersections = [«\"gender\"]",
        "wrong-type",
        &["[[\"gender\", \"age\"]]"],
    );
    refused_with("[groups]\nmin_subjects = «-1", "wrong-type", &["not negative"]);
    refused_with(
        "[[gate]]\nmetric = \"disparate_impact\"\nmin = «nan",
        "wrong-type",
        &["finite number"],
    );
    refused(
        "name = \"gender\"",
        "name = \"gender\"\nbands = [«\"x\"]",
        "wrong-type",
        &["finite number"],
    );
    refused("[[protected]]\n", "«[protected]\n", "wrong-type", &["[[protected]]"]);
}

#[test]
fn missing_key() {
    refused_with("«[[gate]]\nmin = 0.8", "missing-key", &["needs `metric`"]);
    refused_with(
        "«[[gate]]\nmetric = \"disparate_impact\"",
        "missing-key",
        &["`min` or `max`"],
    );
    refused_with("«[people]\nkey = \"id\"", "missing-key", &["needs `path`"]);
}

#[test]
fn bad_value() {
    refused_with("[audit]\nlevel = «95.0", "bad-value", &["between 0.5 and 1"]);
    refused(
        "subject = \"id\"",
        "subject = \"id\"\ncount = \"freq\"\nweight = «\"w\"",
        "bad-value",
        &["not both"],
    );
    refused(
        "subject = \"id\"",
        "subject = «\" \"",
        "bad-value",
        &["may not be empty"],
    );
    refused(
        "subject = \"id\"",
        "subject = \"id\"\ncsv = { delimiter = «\"ab\" }",
        "bad-value",
        &["one ASCII character"],
    );
    refused(
        "subject = \"id\"",
        "subject = \"id\"\ncsv = { encoding = «\"utf8\" }",
        "bad-value",
        &["did you mean \"utf-8\"?"],
    );
    refused(
        "subject = \"id\"",
        "subject = \"id\"\nformat = «\"parket\"",
        "bad-value",
        &["did you mean \"parquet\"?"],
    );
    refused(
        "values = [\"yes\"] }",
        "values = [\"yes\"], absent = «\"alow\" }",
        "bad-value",
        &["did you mean \"allow\"?"],
    );
    refused(
        "selected = { column = \"decision\", values = [\"yes\"] }",
        "selected = «{ column = \"decision\", values = [] }",
        "bad-value",
        &["at least one value"],
    );
    refused(
        "selected = { column = \"decision\", values = [\"yes\"] }",
        "selected = «{ column = \"decision\", values = [1], above = 2 }",
        "bad-value",
        &["exactly one of"],
    );
    refused(
        "name = \"gender\"",
        "name = \"gender\"\nbands = [1]\nvalues = «{ a = [\"F\"] }",
        "bad-value",
        &["not both"],
    );
    refused_with(
        "[[gate]]\nmetric = \"disparate_impact\"\nmin = 0.8\nmax = «0.7",
        "bad-value",
        &["nothing could pass"],
    );
    refused_with(
        "[[gate]]\nmetric = \"disparate_impact\"\nmin = 0.8\nrule = «\"pont\"",
        "bad-value",
        &["did you mean \"point\"?"],
    );
    refused_with(
        "[[gate]]\nmetric = \"disparate_impact\"\nmin = 0.8\ncontrast = «\"gap\"",
        "bad-value",
        &["is a ratio, not a gap"],
    );
    refused_with(
        "[groups]\nintersections = [«[\"gender\"]]",
        "bad-value",
        &["two attributes"],
    );
    refused_flags(
        &[
            "--protected",
            "gender",
            "--selected",
            "decision=yes",
            "--gate",
            "selection_rate>=1",
            "--rule",
            "pont",
        ],
        "bad-value",
        &["did you mean `point`?", "--rule"],
    );
    refused_flags(
        &[
            "--protected",
            "gender",
            "--selected",
            "decision=yes",
            "--gate",
            "selection_rate>=1",
            "--on-inconclusive",
            "fial",
        ],
        "bad-value",
        &["did you mean `fail`?", "--on-inconclusive"],
    );
}

#[test]
fn bands_out_of_order() {
    refused(
        "name = \"gender\"",
        "name = \"age\"\nbands = [25, 65, «45]",
        "bands-out-of-order",
        &["must ascend"],
    );
    refused(
        "name = \"gender\"",
        "name = \"age\"\nbands = [25, «25]",
        "bands-out-of-order",
        &[],
    );
}

#[test]
fn duplicate_name() {
    refused(
        "name = \"gender\"",
        "name = \"g\"\ncolumn = \"gender\"\nvalues = { a = [\"F\"], b = [«\"F\"] }",
        "duplicate-name",
        &["\"F\" stands in `values` twice"],
    );
    refused_with(
        "[[protected]]\nname = «\"gender\"",
        "duplicate-name",
        &["several may read one `column`"],
    );
    refused_with(
        "[[outcome]]\nname = «\"offer\"\nfavourable = true\nselected = { column = \"decision\", values = [\"no\"] }",
        "duplicate-name",
        &["`offer` is given twice"],
    );
    refused_with(
        "[[gate]]\nname = \"a\"\nmetric = \"selection_rate\"\nmin = 0.1\n[[gate]]\nname = «\"a\"\nmetric = \"selection_rate\"\nmin = 0.2",
        "duplicate-name",
        &["two gates"],
    );
    refused_with(
        "[groups]\nintersections = [[\"gender\", «\"gender\"]]",
        "duplicate-name",
        &["twice in one intersection"],
    );
    refused_with(
        "[[protected]]\nname = \"channel\"\n[groups]\nintersections = [[\"gender\", \"channel\"], «[\"channel\", \"gender\"]]",
        "duplicate-name",
        &["listed twice"],
    );
}

#[test]
fn unknown_column() {
    refused(
        "\"id\"",
        "«\"idd\"",
        "unknown-column",
        &["did you mean `id`?", "the columns are `id`"],
    );
    refused(
        "\"decision\"",
        "«\"decison\"",
        "unknown-column",
        &["did you mean `decision`?"],
    );
    refused(
        "name = \"gender\"",
        "name = «\"gendr\"",
        "unknown-column",
        &["did you mean `gender`?"],
    );
    refused(
        "subject = \"id\"",
        "subject = \"id\"\ntime = «\"dya\"",
        "unknown-column",
        &["did you mean `day`?"],
    );
    let desk = desk();
    desk.write("people.csv", "id,region\n1,N\n2,S\n3,N\n");
    let people = "[people]\npath = \"people.csv\"\nkey = \"id\"\n";
    refused_on(
        &desk,
        &format!("{SPEC}{}", people.replace("\"id\"", "«\"uid\"")),
        "unknown-column",
        &["the people file has no column `uid`", "did you mean `id`?"],
    );
    refused_on(
        &desk,
        &format!("{SPEC}{people}[[protected]]\nname = «\"regin\"\n"),
        "unknown-column",
        &["neither", "did you mean `region`?"],
    );
}

#[test]
fn repeated_and_ambiguous_columns() {
    let desk = Desk::with("log.csv", "id,gender,gender,decision\n1,F,M,yes\n");
    refused_on(
        &desk,
        &SPEC.replace("\"gender\"", "«\"gender\""),
        "repeated-column",
        &["2 columns called `gender`"],
    );
    let desk = self::desk();
    desk.write("people.csv", "id,gender\n1,F\n");
    refused_on(
        &desk,
        &format!(
            "{}[people]\npath = \"people.csv\"\nkey = \"id\"\n",
            SPEC.replace("\"gender\"", "«\"gender\"")
        ),
        "ambiguous-column",
        &["from = \"log\""],
    );
}

#[test]
fn unusable_column() {
    let lists = Series::new(
        "gender".into(),
        [Series::new("".into(), [1i32]), Series::new("".into(), [2i32])],
    );
    let mut table = DataFrame::new_infer_height(vec![
        Series::new("id".into(), [1i32, 2]).into_column(),
        lists.into_column(),
        Series::new("decision".into(), ["yes", "no"]).into_column(),
        Series::new("flag".into(), [true, false]).into_column(),
    ])
    .unwrap();
    let desk = Desk::with("log.parquet", parquet(&mut table, ParquetCompression::Snappy, 10));
    let spec = SPEC.replace("log.csv", "log.parquet");
    refused_on(
        &desk,
        &spec.replace("\"gender\"", "«\"gender\""),
        "unusable-column",
        &["lists, structures or bytes"],
    );
    refused_on(
        &desk,
        &spec.replace("\"gender\"", "«\"flag\"\nbands = [1]"),
        "unusable-column",
        &["`bands` need numbers"],
    );
    refused_on(
        &desk,
        &spec.replace("\"gender\"", "\"decision\"").replace(
            "{ column = \"decision\", values = [\"yes\"] }",
            "«{ column = \"flag\", above = 0 }",
        ),
        "unusable-column",
        &["use `values`"],
    );
}

#[test]
fn missing_parts() {
    let desk = desk();
    for (spec, words) in [
        (SPEC.replace("path = \"log.csv\"\n", ""), "no log is given"),
        (
            SPEC.replace("[[protected]]\nname = \"gender\"\n", ""),
            "no protected attribute is given",
        ),
        (
            SPEC[..SPEC.find("[[outcome]]").unwrap()].to_owned(),
            "no outcome is given",
        ),
    ] {
        desk.write("spec.toml", spec);
        let done = desk.run(&["check", "spec.toml"]);
        let err = done.refuses("missing-key");
        assert!(
            err.contains(words) && err.contains("spec.toml") && err.contains("on the command line"),
            "{err}"
        );
    }
    refused(
        "[[outcome]]\nname = \"offer\"",
        "«[[outcome]]",
        "missing-key",
        &["needs `name`"],
    );
    refused(
        "[[outcome]]\nname = \"offer\"\nfavourable = true\n",
        "«[[outcome]]\nname = \"offer\"\n",
        "missing-key",
        &["is being selected good for the person?"],
    );
    refused(
        "name = \"gender\"",
        "name = «\"gender\"\nfrom = \"people\"",
        "missing-key",
        &["needs a [people] table"],
    );
    desk.write("people.csv", "id,region\n1,N\n");
    refused_on(
        &desk,
        &format!(
            "{}[people]\npath = \"people.csv\"\nkey = «\"id\"\n",
            SPEC.replace("subject = \"id\"\n", "")
        ),
        "missing-key",
        &["needs [log] `subject`"],
    );
    refused(
        "{ column = \"decision\", values = [\"yes\"] }",
        "«{ column = \"freq\", counts = true }",
        "missing-key",
        &["needs [log] `count`"],
    );
    let counted = SPEC
        .replace("subject = \"id\"", "subject = \"id\"\ncount = \"freq\"")
        .replace(
            "{ column = \"decision\", values = [\"yes\"] }",
            "«{ column = \"freq\", counts = true }\nvalue = \"worth\"",
        );
    refused_on(
        &desk,
        &counted,
        "bad-value",
        &["no `actual`, `value`, `list_price`, `score` or `predicted`"],
    );
}

#[test]
fn unknown_reference() {
    // With bands and recoded values the groups are known before the log is read.
    refused(
        "name = \"gender\"",
        "name = \"age\"\nbands = [25, 45]\nreference = «\"25-45\"",
        "unknown-reference",
        &["did you mean \"25-44\"?"],
    );
    refused(
        "name = \"gender\"",
        "name = \"gender\"\nvalues = { female = [\"F\"] }\nreference = «\"femal\"",
        "unknown-reference",
        &["did you mean \"female\"?"],
    );
    refused(
        "name = \"gender\"",
        "name = \"age\"\nbands = [25]\nreference = «\"larges\"",
        "unknown-reference",
        &["did you mean \"largest\"?"],
    );
    // Else the log tells, and the place is the spec's all the same.
    let desk = desk();
    desk.write(
        "spec.toml",
        SPEC.replace("name = \"gender\"", "name = \"gender\"\nreference = \"M \""),
    );
    let done = desk.run(&["audit", "spec.toml"]);
    let err = done.refuses("unknown-reference");
    assert!(
        err.contains("spec.toml:7:13") && err.contains("did you mean \"M\"?") && err.contains("\"F\" (2 people)"),
        "{err}"
    );
}

#[test]
fn unknown_attribute_outcome_metric_and_contrast() {
    refused_with(
        "[groups]\nintersections = [[\"gender\", «\"gendr\"]]",
        "unknown-attribute",
        &["did you mean `gender`?"],
    );
    let gate = "[[gate]]\nmetric = \"disparate_impact\"\nmin = 0.8\n";
    refused_with(
        &format!("{gate}attributes = [«\"gendr\"]"),
        "unknown-attribute",
        &["did you mean `gender`?"],
    );
    refused_with(
        &format!("{gate}outcome = «\"ofer\""),
        "unknown-outcome",
        &["did you mean `offer`?"],
    );
    refused_with(
        &gate.replace("\"disparate_impact\"", "«\"disparte_impact\""),
        "unknown-metric",
        &["did you mean `disparate_impact`?"],
    );
    refused(
        "favourable = true",
        "favourable = true\nmetrics = [«\"selction_rate\"]",
        "unknown-metric",
        &["did you mean `selection_rate`?"],
    );
    refused_flags(
        &[
            "--protected",
            "gender",
            "--selected",
            "decision=yes",
            "--gate",
            "selection_rate:gapp>=1",
        ],
        "unknown-contrast",
        &["did you mean `gap`?", "--gate"],
    );
}

#[test]
fn metric_not_given() {
    let gate = |metric: &str| format!("[[gate]]\nmetric = «\"{metric}\"\nmin = 0.8");
    refused_with(
        &gate("equal_opportunity_difference"),
        "metric-not-given",
        &["needs a label", "actual ="],
    );
    refused_with(&gate("mean_value_ratio"), "metric-not-given", &["needs a value"]);
    refused_with(&gate("favourable_rate"), "metric-not-given", &["unfavourable"]);
    refused(
        "favourable = true",
        "favourable = true\nmetrics = [«\"f1\"]",
        "metric-not-given",
        &["needs a label"],
    );
    let labelled = SPEC.replace(
        "favourable = true",
        "favourable = true\nactual = { column = \"accepted\", values = [1] }",
    );
    refused_on(
        &desk(),
        &format!("{labelled}{}", gate("equalized_odds")),
        "metric-not-given",
        &["no value for a group alone"],
    );
}

#[test]
fn too_many_groupings() {
    let names: Vec<String> = (0..7)
        .map(|i| format!("[[protected]]\nname = \"a{i}\"\ncolumn = \"gender\"\n"))
        .collect();
    refused_with(
        &format!("{}[groups]\nintersections = «\"all\"", names.concat()),
        "too-many-groupings",
        &["list the intersections"],
    );
}

#[test]
fn bad_flags() {
    let good = ["--protected", "gender", "--selected", "decision=yes"];
    let with = |more: &[&str], words: &[&str]| refused_flags(&[&good[..], more].concat(), "bad-flag", words);
    with(
        &["--gate", "disparate_impact"],
        &["has no threshold", "--gate 'disparate_impact>=0.8'"],
    );
    with(&["--gate", "disparate_impact>=x"], &["\"x\" is not a number"]);
    with(&["--level", "95"], &["--level 0.95"]);
    with(&["--delimiter", "ab"], &["one ASCII character"]);
    with(&["--count", "freq", "--weight", "w"], &["not both"]);
    with(&["--where", "channel"], &["is not a condition"]);
    with(&["--where", "=x"], &["names no column"]);
    with(&["--where", "worth>=x"], &["\"x\" is not a number"]);
    with(&["--people", "p.csv"], &["the column of the person"]);
    with(&["--as-of", "soon"], &["YYYY-MM-DD"]);
    with(&["--protected", "age:65,25"], &["ascending numbers"]);
    with(&["--protected", "=age"], &["needs a name"]);
    refused_flags(
        &["--protected", "gender", "--actual", "accepted=1"],
        "bad-flag",
        &["--selected decision=yes"],
    );
    let desk = desk();
    desk.write("spec.toml", format!("{SPEC}[[outcome]]\nname = \"b\"\nfavourable = true\nselected = {{ column = \"decision\", values = [\"no\"] }}\n"));
    let done = desk.run(&["audit", "spec.toml", "--selected", "decision=yes"]);
    assert!(done.refuses("bad-flag").contains("several outcomes"));
    assert!(
        desk.run(&["audit", "spec.toml", "spec.toml"])
            .refuses("bad-flag")
            .contains("more than one spec")
    );
    let mut late = desk.command(&["audit", "spec.toml"]);
    late.env("SOURCE_DATE_EPOCH", "today");
    assert!(
        crate::audit_support::Done::of(&mut late)
            .refuses("bad-environment")
            .contains("SOURCE_DATE_EPOCH")
    );
}

#[test]
fn values_that_do_not_occur() {
    refused_log(
        LOG,
        &SPEC.replace("\"yes\"", "\"Yes\""),
        "value-never-seen",
        &[
            "nobody is selected for `offer`",
            "spec.toml:11:12",
            "did you mean \"yes\"?",
            "absent = \"allow\"",
        ],
    );
    refused_log(
        LOG,
        &SPEC.replace(
            "favourable = true",
            "favourable = true\nactual = { column = \"accepted\", values = [2] }",
        ),
        "value-never-seen",
        &["no label of `offer` is positive", "\"0\", \"1\""],
    );
    refused_log(
        LOG,
        &SPEC.replace(
            "subject = \"id\"",
            "subject = \"id\"\nwhere = [{ column = \"channel\", values = [\"mail\"] }]",
        ),
        "value-never-seen",
        &["leaves no row", "did you mean \"email\"?"],
    );
}

#[test]
fn values_that_are_not_what_they_should_be() {
    let with = |line: &str| LOG.replace("2,M,50,no,0,1.5,2,0.5,email,2025-01-02", line);
    let value = SPEC.replace("favourable = true", "favourable = true\nvalue = \"worth\"");
    let at = |column: &str| format!("log.csv:3, column `{column}`");
    refused_log(
        &with("2,M,50,no,0,\"1,5\",2,0.5,email,x"),
        &value,
        "not-a-number",
        &[&at("worth"), "decimal point"],
    );
    let count = SPEC.replace("subject = \"id\"", "subject = \"id\"\ncount = \"freq\"");
    refused_log(
        &with("2,M,50,no,0,1.5,2.5,0.5,email,x"),
        &count,
        "not-a-count",
        &[&at("freq"), "`weight`"],
    );
    refused_log(
        &with("2,M,50,no,0,1.5,-1,0.5,email,x"),
        &count,
        "not-a-count",
        &[&at("freq")],
    );
    refused_log(
        &with("2,M,50,no,0,1.5,,0.5,email,x"),
        &count,
        "no-count",
        &[&at("freq")],
    );
    let weight = SPEC.replace("subject = \"id\"", "subject = \"id\"\nweight = \"w\"");
    for wrong in ["-0.5", "", "heavy", "inf", "nan"] {
        refused_log(
            &with(&format!("2,M,50,no,0,1.5,2,{wrong},email,x")),
            &weight,
            "not-a-weight",
            &[&at("w")],
        );
    }
    let bands = SPEC.replace("name = \"gender\"", "name = \"age\"\nbands = [25]");
    refused_log(
        &with("2,M,fifty,no,0,1.5,2,0.5,email,2025-01-02"),
        &bands,
        "not-a-number",
        &[&at("age"), "\"fifty\" fits no band of `age`", "`missing`"],
    );
    let born = bands.replace("subject = \"id\"", "subject = \"id\"\ntime = \"day\"");
    refused_log(
        &with("2,M,2030-01-01,no,0,1.5,2,0.5,email,2025-01-02"),
        &born,
        "born-later",
        &[&at("age")],
    );
    let part = count.replace(
        "{ column = \"decision\", values = [\"yes\"] }",
        "{ column = \"worth\", counts = true }",
    );
    refused_log(
        "id,gender,worth,freq\n1,F,1,2\n2,M,3,2\n",
        &part,
        "not-a-count",
        &["log.csv:3, column `worth`", "out of 2"],
    );
}

#[test]
fn sums_that_leave_the_exact_range() {
    let value = SPEC.replace("favourable = true", "favourable = true\nvalue = \"worth\"");
    let head = "id,gender,decision,worth\n";
    refused_log(
        &format!("{head}1,F,yes,1e16\n"),
        &value,
        "out-of-range",
        &["log.csv:2", "10^14"],
    );
    refused_log(
        &format!("{head}1,F,yes,9e13\n1,F,yes,9e13\n"),
        &value,
        "out-of-range",
        &["10^14"],
    );
    // The same person in two groups: each part is within the range, the whole is not.
    refused_log(
        &format!("{head}1,F,yes,9e13\n1,M,yes,9e13\n"),
        &value,
        "out-of-range",
        &["10^14"],
    );
    let count = SPEC.replace("subject = \"id\"", "subject = \"id\"\ncount = \"freq\"");
    refused_log(
        "id,gender,decision,freq\n1,F,yes,9007199254740992\n2,F,yes,1\n",
        &count,
        "out-of-range",
        &["log.csv:3", "2^53"],
    );
    refused_log(
        "id,gender,decision,freq\n1,F,yes,18446744073709551615\n",
        &count,
        "out-of-range",
        &["2^53"],
    );
}

#[test]
fn logs_with_nothing_to_audit() {
    refused_log("id,gender,decision\n", SPEC, "no-rows", &["log.csv"]);
    refused_log(
        "id,gender,decision\n,F,yes\n2,M,\n",
        SPEC,
        "nothing-audited",
        &["none of 2 rows", "1 without a person, 1 without a decision"],
    );
    let many: String = (0..1100).map(|i| format!("{i},g{i},yes\n")).collect();
    refused_log(
        &format!("id,gender,decision\n{many}"),
        SPEC,
        "too-many-groups",
        &["column `gender`", "`bands`"],
    );
}

#[test]
fn all_faults_of_a_spec_are_told_at_once() {
    let desk = desk();
    desk.write(
        "spec.toml",
        SPEC.replace("\"id\"", "\"idd\"")
            .replace("\"gender\"", "\"gendr\"")
            .replace("\"decision\"", "\"decison\""),
    );
    let done = desk.run(&["check", "spec.toml"]);
    assert_eq!(
        done.refuses("unknown-column").matches("error[unknown-column]").count(),
        3,
        "{}",
        done.err
    );
}

/// The example of the spec reference: every table and nearly every key.
const FULL: &str = r#"[audit]
title  = "October offers"
level  = 0.95

[log]
path    = ["offers/*.csv"]
subject = "customer_id"
time    = "offered_at"
count   = "freq"
where   = [{ column = "channel", values = ["email"] }]
csv     = { delimiter = ";", quote = '"', encoding = "utf-8", null_values = ["NA"] }

[people]
path = "customers.csv"
key  = "customer_id"

[[protected]]
name = "gender"
reference = "largest"
missing = ["", "unknown"]
values = { female = ["F", "K"], male = ["M"] }
[[protected]]
name = "age"
bands = [25, 45, 65]
reference = "25-44"

[groups]
intersections = [["gender", "age"]]
min_subjects  = 5

[[outcome]]
name = "offered"
favourable = true
selected = { column = "decision", values = ["yes"] }
actual   = { column = "accepted", values = ["1"] }
value    = "discount_eur"

[[gate]]
metric = "disparate_impact"
min    = 0.8
"#;

#[test]
fn the_full_example_fits_a_log_that_matches_it() {
    let desk = Desk::with("spec.toml", FULL);
    let mut people = "customer_id,gender,age\n".to_owned();
    let head = "customer_id;offered_at;freq;channel;decision;accepted;discount_eur\n";
    let mut logs = [head.to_owned(), head.to_owned()];
    for i in 0..60 {
        let gender = ["F", "K", "M", "unknown", "X"][i % 5];
        people += &format!("c{i},{gender},{}-06-15\n", 1950 + i);
        let decision = ["yes", "no"][i % 2];
        logs[i % 2] += &format!(
            "c{i};2025-10-0{};{};email;{decision};{};NA\n",
            1 + i % 9,
            1 + i % 3,
            i % 2
        );
        logs[i % 2] += &format!("c{i};2025-10-01;1;app;yes;1;2.5\n");
    }
    desk.write("customers.csv", people);
    desk.write("offers/1.csv", &logs[0]);
    desk.write("offers/2.csv", &logs[1]);
    let check = desk.run(&["check", "spec.toml"]);
    assert_eq!(check.code, 0, "{}", check.err);
    assert!(
        check.out.contains("nothing wrong found") && check.out.contains("gender & age"),
        "{}",
        check.out
    );
    let result = desk.result(&["spec.toml"]);
    assert_eq!(result["account"]["read"], 120);
    assert_eq!(result["account"]["filtered"], 60);
    let groups: Vec<&str> = result["groupings"][0]["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| g["group"].as_str().unwrap())
        .collect();
    assert_eq!(groups, ["female", "male", "(other)", "(missing)"]);
    assert_eq!(result["groupings"][1]["reference"], "25-44");
    assert_eq!(
        estimate(&result, "gender", "female", "selection_rate", "value")["subjects"],
        24
    );
}

/// A result without what tells a spec from flags.
fn bare(mut result: Value) -> Value {
    for key in ["spec", "spec_text", "spec_sha256", "flags", "title"] {
        result["audit"][key] = Value::Null;
    }
    result["notes"] = Value::Null;
    for gate in result["gates"].as_array_mut().unwrap() {
        gate["line"] = Value::Null;
    }
    result
}

#[test]
fn flags_alone_give_what_the_same_spec_gives() {
    let desk = Desk::new();
    let mut log = LOG.to_owned();
    for i in 0..200 {
        let (gender, decision) = (["F", "M", ""][i % 3], ["yes", "no"][i * i % 7 % 2]);
        log += &format!(
            "{},{gender},{},{decision},{},{}.5,1,1,{},2025-01-01\n",
            i % 90,
            18 + i % 60,
            i % 2,
            i % 4,
            ["email", "app"][i % 2]
        );
    }
    desk.write("log.csv", log);
    desk.write(
        "spec.toml",
        r#"[audit]
level = 0.9
seed = 7
[log]
path = "log.csv"
subject = "id"
where = [{ column = "channel", values = ["email", "app"] }, { column = "worth", at_least = 0 }]
[[protected]]
name = "gender"
reference = "rest"
missing = ["?"]
[[protected]]
name = "years"
column = "age"
bands = [25, 45, 65]
reference = "rest"
missing = ["?"]
[groups]
intersections = [["gender", "years"]]
min_subjects = 6
[[outcome]]
name = "offer"
favourable = false
selected = { column = "decision", values = ["yes", "maybe"] }
actual = { column = "accepted", values = ["1"] }
value = "worth"
[[gate]]
metric = "disparate_impact"
min = 0.8
rule = "assurance"
on_inconclusive = "warn"
[[gate]]
metric = "selection_rate"
contrast = "gap"
max = 0.05
rule = "assurance"
on_inconclusive = "warn"
"#,
    );
    let by_spec = desk.audit(&["spec.toml"]);
    let by_flags = desk.audit(&[
        "log.csv",
        "--subject",
        "id",
        "--where",
        "channel=email|app",
        "--where",
        "worth>=0",
        "--protected",
        "gender",
        "--protected",
        "years=age:25,45,65",
        "--reference",
        "rest",
        "--missing",
        "?",
        "--intersection",
        "gender,years",
        "--min-subjects",
        "6",
        "--outcome",
        "offer",
        "--unfavourable",
        "--selected",
        "decision=yes|maybe",
        "--actual",
        "accepted=1",
        "--value",
        "worth",
        "--gate",
        "disparate_impact>=0.8",
        "--gate",
        "selection_rate:gap<=0.05",
        "--rule",
        "assurance",
        "--on-inconclusive",
        "warn",
        "--level",
        "0.9",
        "--seed",
        "7",
    ]);
    assert_eq!(by_spec.code, by_flags.code);
    assert_eq!(bare(by_spec.json()), bare(by_flags.json()));
}

#[test]
fn flags_win_over_the_spec_and_the_report_says_so() {
    let desk = desk();
    desk.write(
        "spec.toml",
        format!("{SPEC}[[gate]]\nmetric = \"disparate_impact\"\nmin = 0.8\n"),
    );
    let plain = desk.result(&["spec.toml"]);
    assert!(!plain["notes"].to_string().contains("won over"));
    let result = desk.result(&[
        "spec.toml",
        "--reference",
        "F",
        "--level",
        "0.9",
        "--gate",
        "selection_rate>=0.1",
        "--min-subjects",
        "1",
    ]);
    assert_eq!(result["audit"]["level"], 0.9);
    assert_eq!(result["groupings"][0]["reference"], "F");
    assert_eq!(result["gates"].as_array().unwrap().len(), 1);
    assert_eq!(result["gates"][0]["metric"], "selection_rate");
    let note = result["notes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|n| n.as_str().unwrap().contains("won over"))
        .unwrap();
    for key in ["protected.reference", "audit.level", "gate", "groups.min_subjects"] {
        assert!(note.as_str().unwrap().contains(key), "{note}");
    }
    // A log on the command line stands where the user stands, not where the spec lies.
    desk.write("elsewhere/spec.toml", SPEC);
    assert_eq!(desk.run(&["audit", "elsewhere/spec.toml"]).code, 2);
    assert_eq!(desk.run(&["audit", "elsewhere/spec.toml", "log.csv"]).code, 0);
}

#[test]
fn people_files_are_held_to_their_keys() {
    let desk = desk();
    let spec = format!(
        "{}[people]\npath = \"people.csv\"\nkey = \"id\"\n",
        SPEC.replace("name = \"gender\"", "name = \"region\"")
    );
    desk.write("spec.toml", spec);
    desk.write("people.csv", "id,region\n1,N\n2,S\n1,S\n");
    let done = desk.run(&["audit", "spec.toml"]);
    let err = done.refuses("repeated-key");
    assert!(
        err.contains("the person \"1\"") && err.contains("people.csv:4"),
        "{err}"
    );
    desk.write("people.csv", "id,region\n1,N\n,S\n");
    assert!(
        desk.run(&["audit", "spec.toml"])
            .refuses("no-key")
            .contains("people.csv:3")
    );
}

#[test]
fn whole_numbers_of_a_parquet_log_are_compared_as_such() {
    // Two ids that are one double apart from each other.
    let mut table = df!("campaign" => [9_007_199_254_740_992i64, 9_007_199_254_740_993], "gender" => ["F", "M"], "decision" => ["yes", "yes"]).unwrap();
    let desk = Desk::with("log.parquet", parquet(&mut table, ParquetCompression::Snappy, 10));
    let result = desk.result(&[
        "log.parquet",
        "--protected",
        "gender",
        "--selected",
        "decision=yes",
        "--where",
        "campaign=9007199254740993",
    ]);
    assert_eq!(
        (&result["account"]["filtered"], &result["account"]["audited"]),
        (&1.into(), &1.into())
    );
}
