//! Every row is accounted for: in all, by outcome, by group, and across the join with people.

use serde_json::Value;

use crate::audit_support::{Desk, Dice, flags, gender, number};

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is not a count"))
}

/// What every account must add up to.
fn conserved(result: &Value) {
    let account = &result["account"];
    let sum = |of: &Value| {
        ["filtered", "no_subject", "no_decision", "audited"]
            .iter()
            .map(|k| count(&of[*k]))
            .sum::<u64>()
    };
    assert_eq!(count(&account["read"]), sum(account));
    let files: u64 = result["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|i| i["role"] == "log")
        .map(|i| count(&i["rows"]))
        .sum();
    assert_eq!(files, count(&account["read"]));
    for grouping in result["groupings"].as_array().unwrap() {
        let name = &grouping["attribute"];
        let of_it: Vec<&Value> = account["by_group"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|g| g["attribute"] == *name)
            .collect();
        // A group of which `where` left nothing is in the account, and not among the groups that are compared.
        let in_scope = of_it.iter().filter(|g| count(&g["read"]) > count(&g["filtered"]));
        assert_eq!(in_scope.count(), grouping["groups"].as_array().unwrap().len());
        for key in ["read", "filtered", "no_subject", "no_decision", "audited"] {
            assert_eq!(
                of_it.iter().map(|g| count(&g[key])).sum::<u64>(),
                count(&account[key]),
                "{name} {key}"
            );
        }
        for group in &of_it {
            assert_eq!(count(&group["read"]), sum(group));
        }
        let shares: f64 = grouping["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|g| number(&g["row_share"]))
            .sum();
        assert!((shares - 1.0).abs() < 1e-12, "{shares}");
    }
    for outcome in account["by_outcome"].as_array().unwrap() {
        assert_eq!(
            count(&outcome["audited"]) + count(&outcome["no_decision"]),
            count(&account["audited"]) + count(&account["no_decision"])
        );
    }
}

const SPEC: &str = r#"[log]
path = "log.csv"
subject = "id"
where = [{ column = "channel", values = ["email"] }]
[[protected]]
name = "gender"
missing = ["?"]
[[outcome]]
name = "offer"
favourable = true
selected = { column = "decision", values = ["yes"] }
actual = { column = "label", values = ["1"] }
[[outcome]]
name = "worth"
favourable = true
selected = { column = "amount", above = 0 }
value = "amount"
"#;

/// A row that `where` leaves out is counted, and what no group can be made of is no fault there.
#[test]
fn rows_that_are_left_out_may_hold_what_has_no_group() {
    let desk = Desk::with(
        "log.csv",
        "id,at,country,age,shown,clicked,decision\n1,2024-01-02,CH,30,1,1,yes\n2,2024-01-03,CH,41,1,0,no\n\
         3,02/01/24,ES,old,x,1,no\n4,2024-02-02,CH,,0,0,yes\n",
    );
    let spec = |of_log: &str| {
        format!(
            "[log]\npath = \"log.csv\"\nsubject = \"id\"\ntime = \"at\"\n{of_log}[periods]\nevery = \"month\"\n[groups]\nmin_subjects = 1\n\
             [[protected]]\nname = \"age\"\nbands = [40]\n[[outcome]]\nname = \"offered\"\nfavourable = true\n\
             selected = {{ column = \"decision\", values = [\"yes\"] }}\n[[funnel]]\nname = \"f\"\nfavourable = true\nstages = [\n\
             {{ name = \"shown\", column = \"shown\", at_least = 1 }}, {{ name = \"clicked\", column = \"clicked\", at_least = 1 }}]\n"
        )
    };
    desk.write(
        "spec.toml",
        spec("where = [{ column = \"country\", values = [\"CH\"] }]\n"),
    );
    let result = desk.result(&["spec.toml"]);
    assert_eq!(result["account"]["filtered"], 1);
    assert_eq!(result["account"]["audited"], 3);
    let missing = result["groupings"][0]["groups"].as_array().unwrap();
    let missing = missing.iter().find(|group| group["group"] == "(missing)");
    assert_eq!(missing.unwrap()["rows"], 1, "the row of CH without an age");
    // Where it is audited it is a fault, with its place.
    desk.write("spec.toml", spec(""));
    let refused = desk.audit(&["spec.toml"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("log.csv:4"), "{}", refused.err);
}

#[test]
fn rows_end_in_one_place_each() {
    let log = "id,gender,channel,decision,label,amount\n\
        1,F,email,yes,1,5\n\
        2,F,email,no,,\n\
        3,M,email,,1,0\n\
        4,M,email,,,\n\
        ,M,email,yes,1,1\n\
        ,M,app,yes,1,1\n\
        5,?,email,yes,0,2\n\
        6,,app,no,0,2\n\
        6,,,no,0,2\n";
    let desk = Desk::with("log.csv", log);
    desk.write("spec.toml", SPEC);
    let result = desk.result(&["spec.toml"]);
    conserved(&result);
    let account = &result["account"];
    for (key, expected) in [
        ("read", 9),
        ("filtered", 3),
        ("no_subject", 1),
        ("no_decision", 1),
        ("audited", 4),
        ("subjects", 4),
    ] {
        assert_eq!(count(&account[key]), expected, "{key}");
    }
    let offer = &account["by_outcome"][0];
    assert_eq!(
        (
            count(&offer["audited"]),
            count(&offer["no_decision"]),
            count(&offer["no_label"])
        ),
        (3, 2, 1)
    );
    assert!(offer["no_value"].is_null());
    let worth = &account["by_outcome"][1];
    assert_eq!(
        (
            count(&worth["audited"]),
            count(&worth["no_decision"]),
            count(&worth["no_value"])
        ),
        (3, 2, 0)
    );
    let missing = account["by_group"]
        .as_array()
        .unwrap()
        .iter()
        .find(|g| g["group"] == "(missing)")
        .unwrap();
    assert_eq!(
        (
            count(&missing["read"]),
            count(&missing["filtered"]),
            count(&missing["audited"])
        ),
        (3, 2, 1)
    );
}

#[test]
fn any_log_is_conserved() {
    let mut dice = Dice(7);
    for _ in 0..10 {
        let mut log = "id,gender,region,channel,decision,label,amount\n".to_owned();
        let mut rows = 0;
        for _ in 0..60 {
            let mut pick = |words: &[&'static str]| words[dice.below(words.len() as u64) as usize];
            log += &format!(
                "{},{},{},{},{},{},{}\n",
                pick(&["a", "b", "c", "d", ""]),
                pick(&["F", "M", "?", ""]),
                pick(&["N", "S", "W"]),
                pick(&["email", "app"]),
                pick(&["yes", "no", ""]),
                pick(&["1", "0", ""]),
                pick(&["0", "1.5", ""])
            );
            rows += 1;
        }
        log += "z,F,N,email,yes,1,1\n";
        let desk = Desk::with("log.csv", log);
        desk.write(
            "spec.toml",
            SPEC.replace(
                "[[outcome]]\nname = \"offer\"",
                "[[protected]]\nname = \"region\"\n[groups]\nintersections = \"all\"\n[[outcome]]\nname = \"offer\"",
            ),
        );
        let result = desk.result(&["spec.toml"]);
        assert_eq!(count(&result["account"]["read"]), rows + 1);
        assert_eq!(result["groupings"].as_array().unwrap().len(), 3);
        conserved(&result);
    }
}

#[test]
fn rows_that_stand_for_many_are_counted_as_rows_and_by_their_count() {
    let log = "id,gender,decision,freq\n1,F,yes,3\n1,F,no,0\n2,M,no,5\n3,M,no,0\n";
    let desk = Desk::with("log.csv", log);
    let result = desk.result(&flags(&["--count", "freq"]));
    conserved(&result);
    assert_eq!(count(&result["account"]["audited"]), 4);
    assert_eq!(count(&result["account"]["audited_count"]), 8);
    // The person of nothing but a row of 0 is no person in the audit.
    assert_eq!(count(&result["account"]["subjects"]), 2);
    let reach = gender(&result, "M", "reach", "value");
    assert_eq!(
        (
            count(&reach["subjects"]),
            count(&reach["rows"]),
            number(&reach["estimate"])
        ),
        (1, 5, 0.0)
    );
    let own = gender(&result, "F", "subject_selection_rate", "value");
    assert_eq!((count(&own["subjects"]), number(&own["estimate"])), (1, 1.0));
}

#[test]
fn weights_change_estimates_and_no_count_of_rows() {
    let log = "id,gender,decision,w\n1,F,yes,3\n2,F,no,1\n3,F,no,0\n4,M,no,1\n5,M,yes,1\n";
    let result = Desk::with("log.csv", log).result(&flags(&["--weight", "w"]));
    conserved(&result);
    let rate = gender(&result, "F", "selection_rate", "value");
    assert_eq!(number(&rate["estimate"]), 0.75);
    assert_eq!(
        (count(&rate["rows"]), count(&rate["subjects"])),
        (2, 2),
        "a weight of 0 stands behind nothing"
    );
    assert_eq!(count(&result["account"]["audited"]), 5);
}

#[test]
fn the_join_with_people_loses_nobody() {
    // LiFT: an inner join drops people without attributes, without a count.
    let desk = Desk::new();
    desk.write(
        "log.csv",
        "id,decision\na,yes\na,no\nb,no\nc,yes\nstranger,yes\nstranger,no\n,no\n",
    );
    desk.write("people.csv", "key,gender\na,F\nb,M\nc,\nnobody,F\nnoone,M\n");
    let mut args = flags(&["--people", "people.csv", "--people-key", "key"]);
    let result = desk.result(&args);
    conserved(&result);
    let account = &result["account"];
    assert_eq!(count(&account["read"]), 7);
    assert_eq!(count(&account["subjects"]), 4);
    assert_eq!(count(&account["subjects_without_record"]), 1);
    assert_eq!(count(&account["records_without_rows"]), 2);
    let people = result["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["role"] == "people")
        .unwrap();
    assert_eq!(count(&people["rows"]), 5);
    // Those without a record and those whose record says nothing are in sight.
    let missing = gender(&result, "(missing)", "selection_rate", "value");
    assert_eq!((count(&missing["rows"]), count(&missing["subjects"])), (3, 2));
    let table = desk.run(&[&["audit"], &args[..]].concat()).out;
    assert!(table.contains("without"), "{table}");
    // A key that stands twice is an error that names it.
    desk.write("people.csv", "key,gender\na,F\nb,M\na,F\n");
    let done = desk.audit(&args);
    assert!(
        done.refuses("repeated-key").contains("the person \"a\""),
        "{}",
        done.err
    );
    // An empty people file knows nobody.
    desk.write("people.csv", "key,gender\n");
    args.extend(["--exit-zero"]);
    let done = desk.audit(&args);
    if done.code == 0 {
        let result = done.json();
        assert_eq!(count(&result["account"]["subjects_without_record"]), 4);
        conserved(&result);
    } else {
        assert_eq!(done.code, 2);
    }
}

#[test]
fn short_rows_are_an_error_or_counted() {
    let log = "id,gender,decision,note\n1,F,yes,x\n2,F,no\n3,M,yes\n4,M,no,y\n";
    let desk = Desk::with("log.csv", log);
    let refused = desk.audit(&flags(&[]));
    assert!(refused.refuses("ragged-row").contains("log.csv:3"), "{}", refused.err);
    let result = desk.result(&flags(&["--allow-short-rows"]));
    conserved(&result);
    assert_eq!(count(&result["account"]["short_rows"]), 2);
    assert_eq!(count(&result["account"]["audited"]), 4);
}

#[test]
fn people_who_change_groups_are_told() {
    let log = "id,gender,decision\n1,F,yes\n1,M,no\n2,F,no\n3,M,yes\n4,,yes\n4,F,no\n";
    let result = Desk::with("log.csv", log).result(&flags(&[]));
    conserved(&result);
    assert_eq!(count(&result["groupings"][0]["subjects_in_several_groups"]), 2);
    assert!(
        result["notes"]
            .to_string()
            .contains("2 people appear in more than one group of `gender`")
    );
    assert_eq!(count(&result["account"]["subjects"]), 4);
    let of = |group: &str| count(&gender(&result, group, "reach", "value")["subjects"]);
    assert_eq!((of("F"), of("M"), of("(missing)")), (3, 2, 1));
}
