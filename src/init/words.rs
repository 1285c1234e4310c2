//! Words of column names and values, in English and Polish, and what they hint at.
//!
//! A word that ends in `*` stands for every word that begins so, for Polish has endings.

/// People: who is decided about.
pub(super) const PERSON: &[&str] = &[
    "person",
    "people",
    "customer*",
    "client*",
    "user*",
    "subject*",
    "member",
    "account",
    "patient*",
    "applicant*",
    "candidate*",
    "respondent*",
    "visitor*",
    "student*",
    "borrower*",
    "consumer*",
    "shopper*",
    "guest*",
    "employee*",
    "recipient*",
    "receiver*",
    "buyer*",
    "osob*",
    "klient*",
    "uzytkowni*",
    "konto",
    "konta",
    "pacjent*",
    "wnioskodawc*",
    "kandydat*",
    "respondenc*",
    "uczen*",
    "ucznia",
    "konsument*",
    "nabywc*",
    "odbiorc*",
    "pracownik*",
    "pesel",
    "goscia",
];

/// What names of keys end in.
pub(super) const ID: &[&str] = &[
    "id",
    "ids",
    "identifier",
    "key",
    "no",
    "nr",
    "number",
    "uuid",
    "guid",
    "hash",
    "identyfikator*",
    "numer*",
    "klucz*",
];

/// Things that have keys and are no people.
pub(super) const THING: &[&str] = &[
    "item*",
    "offer*",
    "ofert*",
    "product*",
    "produkt*",
    "ad",
    "ads",
    "advert*",
    "campaign*",
    "kampan*",
    "request*",
    "session*",
    "sesj*",
    "order*",
    "zamow*",
    "transaction*",
    "transakcj*",
    "event*",
    "zdarzen*",
    "list*",
    "query",
    "row",
    "wiersz*",
    "store",
    "sklep*",
    "model",
    "branch*",
    "oddzial*",
    "page",
    "stron*",
    "slot*",
    "phone*",
    "telefon*",
];

/// When a row happened.
pub(super) const TIME: &[&str] = &[
    "time",
    "date",
    "timestamp",
    "datetime",
    "ts",
    "at",
    "when",
    "day",
    "czas",
    "czasu",
    "data",
    "daty",
    "dzien",
    "kiedy",
    "moment",
];

/// Times that are not of the row: of birth, of joining, of an end.
pub(super) const OTHER_TIME: &[&str] = &[
    "birth*",
    "born",
    "dob",
    "urodz*",
    "end",
    "ends",
    "expire*",
    "until",
    "became",
    "joined",
    "member",
    "registered",
    "koniec",
    "konca",
    "rejestracj*",
    "completed",
    "updated",
];

/// Dates or years of birth.
pub(super) const BIRTH: &[&str] = &["birth*", "born", "dob", "yob", "urodz*"];

/// How many rows a row stands for: the whole name.
pub(super) const COUNT: &[&str] = &[
    "count",
    "counts",
    "freq",
    "frequency",
    "n",
    "rows",
    "impressions",
    "liczba",
    "liczebnosc",
    "ile",
    "wyswietlenia",
    "wyswietlen",
];

/// How many of them met something.
pub(super) const PART: &[&str] = &[
    "click*",
    "klik*",
    "result*",
    "wynik*",
    "conversion*",
    "konwersj*",
    "purchase*",
    "zakup*",
    "accept*",
    "approved",
    "selected",
    "offered",
    "responses",
    "hits",
];

/// Weights of a sample.
pub(super) const WEIGHT: &[&str] = &["weight*", "wgt", "wt", "waga", "wagi"];

/// What a row was worth.
pub(super) const VALUE: &[&str] = &[
    "value",
    "amount",
    "price",
    "discount",
    "revenue",
    "spend",
    "spent",
    "cost",
    "salary",
    "wage",
    "profit",
    "reward",
    "payment",
    "eur",
    "usd",
    "gbp",
    "pln",
    "chf",
    "zl",
    "kwot*",
    "cena",
    "ceny",
    "rabat*",
    "wartosc*",
    "przychod*",
    "zysk*",
    "nagrod*",
    "koszt*",
    "pensj*",
    "znizk*",
];

/// Numbers about money that are of no person.
pub(super) const NOT_VALUE: &[&str] = &["idx", "index", "rate", "per", "id", "type", "count", "wskaznik*"];

/// Currencies, as units.
pub(super) const UNITS: &[(&str, &str)] = &[
    ("eur", "EUR"),
    ("usd", "USD"),
    ("gbp", "GBP"),
    ("pln", "PLN"),
    ("zl", "PLN"),
    ("chf", "CHF"),
];

/// A score of how likely something is.
pub(super) const SCORE: &[&str] = &[
    "score",
    "scores",
    "scoring",
    "prob",
    "proba",
    "probability",
    "likelihood",
    "confidence",
    "punktacj*",
    "prawdopodob*",
    "szansa",
];

/// What a system took the value to be.
pub(super) const EXPECTED: &[&str] = &[
    "expected",
    "predicted",
    "prediction",
    "forecast",
    "prognoz*",
    "oczekiwan*",
];

/// Attributes that laws name: what they are, and words of columns that hold them.
pub(super) const PROTECTED: &[(&str, &[&str])] = &[
    ("gender", &["gender", "sex", "plec", "plci", "geschlecht"]),
    ("age", &["age", "wiek", "wieku", "agegroup"]),
    ("age", BIRTH),
    (
        "origin",
        &[
            "origin",
            "race",
            "ethnic*",
            "nationalit*",
            "citizenship",
            "immigra*",
            "migrant*",
            "pochodz*",
            "rasa",
            "etnicz*",
            "narodow*",
            "obywatel*",
        ],
    ),
    ("religion", &["religi*", "faith", "wyznan*"]),
    ("disability", &["disab*", "handicap*", "niepelnospr*"]),
    ("marital status", &["marital", "married", "cywiln*"]),
    ("sexual orientation", &["orientacj*", "sexual*"]),
    ("pregnancy", &["pregnan*", "ciaz*"]),
];

/// What may stand in for an attribute: where somebody lives, what is spoken.
pub(super) const STAND_IN: &[(&str, &[&str])] = &[
    (
        "residence",
        &[
            "region*",
            "country",
            "zip",
            "zipcode",
            "postcode",
            "postal",
            "city",
            "district",
            "kraj",
            "kraju",
            "pocztow*",
            "wojewodztw*",
            "miasto",
            "miasta",
            "powiat*",
            "gmina",
            "gminy",
            "zamieszk*",
        ],
    ),
    ("language", &["language", "lang", "jezyk*"]),
];

/// Factors that may rightly make a difference.
pub(super) const FACTOR: &[&str] = &[
    "product*",
    "channel*",
    "segment",
    "dept",
    "department*",
    "category",
    "campaign",
    "produkt*",
    "kanal*",
    "dzial*",
    "kategori*",
    "kampani*",
];

/// Decisions that people want.
pub(super) const WANTED: &[&str] = &[
    "offered",
    "approved",
    "approval",
    "granted",
    "admit",
    "admitted",
    "hire",
    "hired",
    "selected",
    "shown",
    "displayed",
    "recommended",
    "awarded",
    "promoted",
    "shortlisted",
    "invited",
    "eligible",
    "received",
    "zaoferowan*",
    "przyznan*",
    "zatwierdzon*",
    "przyjet*",
    "zatrudnion*",
    "zaproszon*",
    "pokazan*",
    "wybran*",
    "polecon*",
    "wyswietlon*",
];

/// Decisions that nobody wants.
pub(super) const UNWANTED: &[&str] = &[
    "rejected",
    "rejection",
    "denied",
    "denial",
    "refused",
    "declined",
    "flagged",
    "blocked",
    "banned",
    "suspended",
    "risk",
    "odrzucon*",
    "odmow*",
    "zablokowan*",
    "ryzyk*",
];

/// Decisions of which the name does not say who wants them.
pub(super) const DECISION: &[&str] = &[
    "decision*",
    "decided",
    "outcome",
    "verdict",
    "status",
    "predict*",
    "pred",
    "yhat",
    "action",
    "assigned",
    "decyzj*",
    "predykcj*",
    "rozstrzygn*",
];

/// What people did, or what became of them, that is good.
pub(super) const GOOD_END: &[&str] = &[
    "accept*",
    "click*",
    "convert*",
    "conversion*",
    "complet*",
    "purchase*",
    "bought",
    "buy",
    "visit*",
    "respond*",
    "response",
    "reply",
    "call",
    "callback*",
    "repaid",
    "paid",
    "subscribed",
    "opened",
    "redeemed",
    "signup",
    "zaakcept*",
    "klik*",
    "konwersj*",
    "ukonczon*",
    "zrealizowan*",
    "kupil*",
    "kupion*",
    "zakup*",
    "wizyt*",
    "splacon*",
    "otwart*",
    "wykorzystan*",
];

/// The same, that is bad.
pub(super) const BAD_END: &[&str] = &[
    "default",
    "defaulted",
    "churn*",
    "recid*",
    "fraud*",
    "dropout",
    "complaint*",
    "reklamacj*",
    "oszust*",
    "niesplacon*",
];

/// A label, of whatever kind.
pub(super) const LABEL: &[&str] = &[
    "actual",
    "label",
    "target",
    "truth",
    "y",
    "observed",
    "etykiet*",
    "cel",
    "faktyczn*",
];

/// Words that make a name that of something else: when, what kind, how much.
pub(super) const NOT_DECISION: &[&str] = &[
    "time", "date", "at", "id", "type", "hours", "days", "name", "channel", "count", "czas", "data", "typ", "nazwa",
    "reason", "powod*",
];

/// Values that say yes.
pub(super) const YES: &[&str] = &[
    "1", "1.0", "yes", "y", "true", "t", "tak", "prawda", "ja", "oui", "si", "positive", "pass", "passed", "success",
];

/// Values that say no.
pub(super) const NO: &[&str] = &[
    "0", "0.0", "no", "n", "false", "f", "nie", "falsz", "nein", "non", "negative", "fail", "failed", "failure",
];

/// Values that name a decision for somebody.
pub(super) const FOR: &[&str] = &[
    "admitted",
    "accepted",
    "approved",
    "offered",
    "granted",
    "hired",
    "selected",
    "shown",
    "invited",
    "eligible",
    "przyznano",
    "przyznana",
    "przyjety",
    "przyjeta",
    "zaakceptowano",
    "zaakceptowany",
    "zatwierdzono",
    "zaoferowano",
    "pozytywna",
    "przyznany",
];

/// Values that name a decision against somebody.
pub(super) const AGAINST: &[&str] = &[
    "rejected",
    "denied",
    "refused",
    "declined",
    "ineligible",
    "odrzucono",
    "odrzucony",
    "odrzucona",
    "odmowa",
    "odmowiono",
    "negatywna",
];

/// Steps of a rating, the highest first.
pub(super) const RATINGS: &[&[&str]] = &[
    &["high", "medium", "low"],
    &["wysokie", "srednie", "niskie"],
    &["wysoki", "sredni", "niski"],
];

/// Sets of values that are genders: each value of a column must be one.
pub(super) const GENDERS: &[&str] = &[
    "f",
    "m",
    "k",
    "o",
    "x",
    "female",
    "male",
    "other",
    "woman",
    "man",
    "women",
    "men",
    "kobieta",
    "mezczyzna",
    "inna",
    "frau",
    "mann",
    "divers",
    "nonbinary",
];

/// Of these, two of different sets must be there.
pub(super) const FEMALE: &[&str] = &["f", "k", "female", "woman", "women", "kobieta", "frau"];
/// See [`FEMALE`].
pub(super) const MALE: &[&str] = &["m", "male", "man", "men", "mezczyzna", "mann"];

/// Values that mean "not known".
pub(super) const UNKNOWN: &[&str] = &[
    "?",
    "-",
    "unknown",
    "n/a",
    "na",
    "none",
    "null",
    "nan",
    "missing",
    "undisclosed",
    "nieznane",
    "nieznana",
    "nieznany",
    "brak",
    "brak danych",
];

/// Texts in a column of numbers that mean "no value".
pub(super) const NO_NUMBER: &[&str] = &["na", "n/a", "null", "none", "-", "?", "brak", "nan", "\\n"];

/// The words of a column's name: small letters without marks, cut where no letter or digit is, at a capital, and between
/// letters and digits.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before: Option<char> = None;
    for letter in name.chars() {
        let cut = before.is_some_and(|before: char| {
            (before.is_lowercase() && letter.is_uppercase())
                || (before.is_alphabetic() && letter.is_numeric())
                || (before.is_numeric() && letter.is_alphabetic())
        });
        if (cut || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.push_str(&plain(&letter.to_string()));
        }
        before = Some(letter);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A text in small letters, without the marks of Polish ones.
pub(super) fn plain(text: &str) -> String {
    text.trim()
        .to_lowercase()
        .chars()
        .map(|letter| match letter {
            'ą' => 'a',
            'ć' => 'c',
            'ę' => 'e',
            'ł' => 'l',
            'ń' => 'n',
            'ó' => 'o',
            'ś' => 's',
            'ź' | 'ż' => 'z',
            other => other,
        })
        .collect()
}

/// Whether a word is one of a list.
pub(super) fn is_one(word: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == *entry,
    })
}

/// The first of the words that is one of a list.
pub(super) fn found<'w>(words: &'w [String], list: &[&str]) -> Option<&'w str> {
    words.iter().map(String::as_str).find(|word| is_one(word, list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(words("customer_id"), ["customer", "id"]);
        assert_eq!(words("customerId"), ["customer", "id"]);
        assert_eq!(words("Płeć klienta"), ["plec", "klienta"]);
        assert_eq!(words("y_pred_proba_1"), ["y", "pred", "proba", "1"]);
        assert_eq!(words("emp.var.rate"), ["emp", "var", "rate"]);
        assert_eq!(words("ID"), ["id"]);
        assert_eq!(words(" "), Vec::<String>::new());
    }

    #[test]
    fn stems_stand_for_their_endings() {
        assert!(is_one("klienta", PERSON) && is_one("klient", PERSON));
        assert!(!is_one("idle", ID) && is_one("id", ID));
        assert_eq!(found(&words("Data urodzenia"), BIRTH), Some("urodzenia"));
    }

    #[test]
    fn lists_are_written_as_they_are_compared() {
        let lists = [
            PERSON,
            ID,
            THING,
            TIME,
            OTHER_TIME,
            COUNT,
            PART,
            WEIGHT,
            VALUE,
            NOT_VALUE,
            SCORE,
            EXPECTED,
            FACTOR,
            WANTED,
            UNWANTED,
            DECISION,
            GOOD_END,
            BAD_END,
            LABEL,
            NOT_DECISION,
            YES,
            NO,
            FOR,
            AGAINST,
            GENDERS,
            UNKNOWN,
            NO_NUMBER,
        ];
        for entry in lists.into_iter().flatten() {
            assert_eq!(plain(entry), *entry);
        }
    }
}
