"""Oracle values for the tests of distances, associations, inequality and two samples in `inference`.

Python 3.11, scipy 1.17.1, numpy 2.4.6, scikit-learn 1.9.1, aif360 0.6.1, smclarify 0.5, pandas 3.1.1.
Each section prints the assertions of one test. What no library offers is computed from its textbook
formula on the expanded samples, not on histograms.

    python distances.py [section ...]
"""

import math
import sys
import warnings

import numpy as np
import pandas as pd
from scipy import special, stats
from scipy.spatial import distance

warnings.filterwarnings("ignore")

A = [10, 25, 5, 60]
B = [30, 20, 40, 10]
X = [1.1, 2.3, 2.9, 3.4, 5.0, 7.2]
Y = [2.0, 4.1, 5.5, 6.2, 8.8]
P = [(0.0, 40), (5.0, 25), (10.0, 30), (20.0, 5)]
Q = [(0.0, 20), (5.0, 22), (7.5, 8), (10.0, 21), (25.0, 9)]
BENEFITS = [(2.5, 3), (0.5, 2), (1.0, 4), (7.0, 1), (3.25, 2)]
ZEROS = [(0.0, 4), (1.0, 11), (2.0, 5)]
Z = stats.norm.ppf(0.975)


def expand(histogram):
    return np.repeat([v for v, _ in histogram], [c for _, c in histogram])


def f(value):
    return repr(float(value))


def close(expression, value, tolerance="1e-12"):
    print(f"        assert_close({expression}, {f(value)}, {tolerance});")


def divergence():
    p, q = np.array(A) / sum(A), np.array(B) / sum(B)
    close("kullback_leibler(&A, &B).unwrap()", stats.entropy(p, q))
    close("kullback_leibler(&B, &A).unwrap()", stats.entropy(q, p))
    close("jensen_shannon(&A, &B).unwrap()", distance.jensenshannon(p, q) ** 2)
    close("total_variation(&A, &B).unwrap()", np.abs(p - q).sum() / 2)
    for order in (1, 2, 3):
        close(f"lp(&A, &B, {order}.0).unwrap()", np.linalg.norm(p - q, order))
    close("lp(&A, &B, f64::INFINITY).unwrap()", np.linalg.norm(p - q, np.inf))
    close("hellinger(&A, &B).unwrap()", np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / math.sqrt(2))
    ks = stats.ks_2samp(np.repeat(range(4), A), np.repeat(range(4), B)).statistic
    close("kolmogorov_smirnov(&A, &B).unwrap()", ks)


def errors():
    predicted, actual = np.array([10.0, 12.5, 7.0, 30.0, 4.0]), np.array([11.0, 9.0, 7.0, 36.5, 1.25])
    e = predicted - actual
    pairs = ", ".join(f"({f(p)}, {f(a)})" for p, a in zip(predicted, actual))
    print(f"        let pairs = [{pairs}];")
    print("        let errors = pairs")
    print("            .into_iter()")
    print("            .fold(Errors::default(), |errors, (predicted, actual)| errors.with(predicted, actual));")
    close("errors.mae().unwrap()", np.abs(e).mean())
    close("errors.rmse().unwrap()", math.sqrt((e**2).mean()))
    close("errors.bias().unwrap()", e.mean())
    close("errors.mean().unwrap().variance", e.var(ddof=1) / len(e))
    close("errors.mean_absolute().unwrap().variance", np.abs(e).var(ddof=1) / len(e))
    print("        assert_eq!(errors.mean().unwrap().df, 4.0);")


def bergsma(table):
    r, c = table.shape
    n = table.sum()
    phi2 = stats.chi2_contingency(table, correction=False).statistic / n
    phi2 = max(0, phi2 - (r - 1) * (c - 1) / (n - 1))
    return math.sqrt(phi2 / min(r - (r - 1) ** 2 / (n - 1) - 1, c - (c - 1) ** 2 / (n - 1) - 1))


def miller_madow(counts):
    counts = np.ravel(counts)
    return stats.entropy(counts) + (np.count_nonzero(counts) - 1) / (2 * counts.sum())


def association():
    from sklearn.metrics import mutual_info_score, normalized_mutual_info_score

    for table in ([[12, 5], [7, 30]], [[20, 3, 7], [11, 14, 0], [2, 9, 25], [6, 6, 6]]):
        table = np.array(table)
        rust = ", ".join("[" + ", ".join(f"{v}.0" for v in row) + "]" for row in table)
        print(f"        let counts = table([{rust}]);")
        close("cramers_v(&counts).unwrap()", stats.contingency.association(table, method="cramer"))
        close("cramers_v_corrected(&counts).unwrap()", bergsma(table))
        print("        let information = mutual_information(&counts).unwrap();")
        close("information.nats", mutual_info_score(None, None, contingency=table))
        corrected = miller_madow(table.sum(1)) + miller_madow(table.sum(0)) - miller_madow(table)
        close("information.corrected", corrected)
        close("information.group_entropy", stats.entropy(table.sum(1)))
        close("information.outcome_entropy", stats.entropy(table.sum(0)))
        cells = [(i, j) for i in range(table.shape[0]) for j in range(table.shape[1]) for _ in range(table[i, j])]
        rows, columns = zip(*cells)
        close("information.normalised()", normalized_mutual_info_score(rows, columns))
        mi = mutual_info_score(None, None, contingency=table)
        close("information.share_of_group()", mi / stats.entropy(table.sum(1)))
        close("information.share_of_outcome()", mi / stats.entropy(table.sum(0)))


def odds():
    for x1, n1, x2, n2 in ((56, 70, 48, 80), (3, 1000, 9, 800), (0, 20, 5, 20), (20, 20, 5, 30)):
        cells = np.array([[x1, n1 - x1], [x2, n2 - x2]], dtype=float)
        zero = (cells == 0).any()
        if zero:
            # scipy takes whole counts only: Woolf's formula by hand, checked below where it does.
            cells += 0.5
        ratio = cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0])
        half = Z * math.sqrt((1 / cells).sum())
        low, high = ratio * math.exp(-half), ratio * math.exp(half)
        if not zero:
            found = stats.contingency.odds_ratio(cells.astype(int), kind="sample")
            ends = found.confidence_interval(0.95)
            assert np.allclose([ratio, low, high], [found.statistic, *ends], rtol=1e-12)
        flag = "true" if zero else "false"
        values = ", ".join(f(v) for v in (x1, n1, x2, n2, ratio, low, high))
        print(f"            ({values}, {flag}),")


def cohen_h():
    for p1, p2 in ((0.8, 0.6), (0.003, 0.01), (0.0, 0.2)):
        h = 2 * math.asin(math.sqrt(p1)) - 2 * math.asin(math.sqrt(p2))
        close(f"cohens_h({p1}, {p2}).unwrap()", h, "1e-14")


def cohen_d():
    x, y = np.array(X), np.array(Y)
    pooled = ((len(x) - 1) * x.var(ddof=1) + (len(y) - 1) * y.var(ddof=1)) / (len(x) + len(y) - 2)
    d = (x.mean() - y.mean()) / math.sqrt(pooled)
    print(f"        let a = spread(6.0, {f(x.mean())}, {f(x.var(ddof=1))});")
    print(f"        let b = spread(5.0, {f(y.mean())}, {f(y.var(ddof=1))});")
    close("cohens_d(a, b).unwrap()", d)
    close("cohens_d(b, a).unwrap()", -d)


def edf():
    from aif360.sklearn.metrics import smoothed_edf

    table = [[9, 31], [14, 22], [25, 21], [5, 18]]
    groups = np.repeat(range(4), [sum(row) for row in table])
    selected = np.concatenate([np.repeat([1, 0], row) for row in table])
    index = pd.MultiIndex.from_arrays([groups, range(len(groups))], names=["group", "id"])
    y = pd.Series(selected, index=index)
    epsilon = smoothed_edf(y, prot_attr="group", pos_label=1, concentration=1.0)
    rust = ", ".join("vec![" + ", ".join(f"{v}.0" for v in row) + "]" for row in table)
    print(f"        let table = [{rust}];")
    print("        let found = differential_fairness(&table, 0.5).unwrap();")
    close("found.epsilon", epsilon)
    print("        assert_eq!((found.outcome, found.highest, found.lowest), (0, 2, 3));")


def cddl():
    from smclarify.bias.metrics import pretraining

    strata = [[30, 20, 20, 30], [10, 40, 25, 80], [7, 3, 2, 11]]
    rows = []
    for k, counts in enumerate(strata):
        for (facet, positive), count in zip(((True, 0), (True, 1), (False, 0), (False, 1)), counts):
            rows += [(k, facet, positive)] * count
    frame = pd.DataFrame(rows, columns=["k", "facet", "positive"])
    positive = frame.positive == 1
    value = pretraining.CDDL(frame.facet, frame.facet, positive, frame.k)
    rust = ", ".join("[" + ", ".join(f"{v}.0" for v in row) + "]" for row in strata)
    print(f"        let strata = [{rust}].map(stratum);")
    close("conditional(&strata).unwrap().disparity", value)


def textbook_gini(sample):
    sample = np.sort(sample)
    n = len(sample)
    return ((2 * np.arange(1, n + 1) - n - 1) * sample).sum() / (n * sample.sum())


def textbook_atkinson(sample, aversion):
    ratio = sample / sample.mean()
    if aversion == 1:
        return 1 - stats.gmean(sample) / sample.mean()
    return 1 - (ratio ** (1 - aversion)).mean() ** (1 / (1 - aversion))


def inequality():
    from aif360.sklearn.metrics import generalized_entropy_index

    for name, histogram in (("BENEFITS", BENEFITS), ("ZEROS", ZEROS)):
        sample = expand(histogram)
        low = name == "ZEROS"
        for alpha in (0.5, 1, 2, 3.5) if low else (-1.5, 0, 0.5, 1, 2, 3.5):
            value = generalized_entropy_index(sample, alpha)
            if alpha == 0:
                value *= sample.mean()
                assert abs(value + np.log(sample / sample.mean()).mean()) < 1e-14
            close(f"generalized_entropy(&{name}, {f(alpha)}).unwrap()", value)
        close(f"coefficient_of_variation(&{name}).unwrap()", sample.std() / sample.mean())
        for aversion in (0.5,) if low else (0.5, 1, 2):
            close(f"atkinson(&{name}, {f(aversion)}).unwrap()", textbook_atkinson(sample, aversion))
        close(f"gini(&{name}).unwrap()", textbook_gini(sample))


def samples():
    for a, b, x, y in (("X", "Y", np.array(X), np.array(Y)), ("P", "Q", expand(P), expand(Q))):
        found = stats.ks_2samp(x, y)
        print(f"        let test = kolmogorov_smirnov(&{a}, &{b}).unwrap();")
        close("test.statistic", found.statistic)
        close("test.difference", found.statistic * found.statistic_sign)
        print(f"        assert_eq!(test.at, {f(found.statistic_location)});")
        scaled = math.sqrt(len(x) * len(y) / (len(x) + len(y))) * found.statistic
        close("test.p", special.kolmogorov(scaled))
        close(f"wasserstein_1(&{a}, &{b}).unwrap()", stats.wasserstein_distance(x, y))


def kolmogorov():
    for value in (0.15, 0.3, 0.5, 0.8, 0.999, 1.0, 1.2, 1.36, 2.0, 5.0):
        print(f"            ({value}, {f(special.kolmogorov(value))}),")


def superiority():
    for a, b, x, y in (("X", "Y", np.array(X), np.array(Y)), ("P", "Q", expand(P), expand(Q))):
        m, n = len(x), len(y)
        found = stats.mannwhitneyu(x, y, method="asymptotic")
        print(f"        let test = mann_whitney(&{a}, &{b}).unwrap();")
        close("test.u", found.statistic)
        close("test.superiority", found.statistic / (m * n))
        close("test.p", found.pvalue)
        close(f"probability_of_superiority(&{a}, &{b}).unwrap()", found.statistic / (m * n))
        # Ranks among all less ranks within the group, over the size of the other group.
        ranks = stats.rankdata(np.concatenate([x, y]))
        place_x = (ranks[:m] - stats.rankdata(x)) / n
        place_y = (ranks[m:] - stats.rankdata(y)) / m
        vx, vy = place_x.var(ddof=1) / m, place_y.var(ddof=1) / n
        df = (vx + vy) ** 2 / (vx**2 / (m - 1) + vy**2 / (n - 1))
        se = math.sqrt(vx + vy)
        half = stats.t.ppf(0.975, df) * se
        found = stats.brunnermunzel(x, y)
        assert abs((place_y.mean() - 0.5) / se - found.statistic) < 1e-12
        assert abs(2 * stats.t.sf(abs(found.statistic), df) - found.pvalue) < 1e-12
        print(f"        let test = brunner_munzel(&{a}, &{b}, 0.95).unwrap();")
        close("test.statistic", -found.statistic)
        close("test.p", found.pvalue)
        close("test.df", df)
        close("test.se", se)
        close("test.superiority", place_x.mean())
        close("test.interval.low", max(0, place_x.mean() - half))
        close("test.interval.high", min(1, place_x.mean() + half))


def quantiles():
    print("        for (histogram, p, inverse, linear) in [")
    for name, sample in (("P", expand(P)), ("X", np.array(X))):
        for p in (0.1, 0.25, 0.5, 0.66, 0.9):
            inverse = np.quantile(sample, p, method="inverted_cdf")
            print(f"            (&{name}[..], {p}, {f(inverse)}, {f(np.quantile(sample, p))}),")
    print("        ] {")
    print("            assert_eq!(quantile(histogram, p, Rule::default()), Some(inverse));")
    print("            let value = quantile(histogram, p, Rule::Type7).unwrap();")
    print("            assert!((value - linear).abs() < 1e-13, \"{value} is not {linear}\");")
    print("        }")


def woodruff():
    sample = expand(P)
    print("        for (p, effective, low, high) in [")
    for p, effective in ((0.5, 100.0), (0.5, 12.5), (0.25, 40.0), (0.9, 100.0)):
        half = Z * math.sqrt(p * (1 - p) / effective)
        ends = [np.quantile(sample, q, method="inverted_cdf") for q in (p - half, p + half)]
        print(f"            ({p}, {effective}, {f(ends[0])}, {f(ends[1])}),")
    print("        ] {")
    print("            let interval = woodruff(&P, p, effective, Z).unwrap();")
    print("            assert_eq!((interval.low, interval.high), (Some(low), Some(high)));")
    print("        }")


SECTIONS = [
    divergence,
    errors,
    association,
    odds,
    cohen_h,
    cohen_d,
    edf,
    cddl,
    inequality,
    samples,
    kolmogorov,
    superiority,
    quantiles,
    woodruff,
]

if __name__ == "__main__":
    wanted = sys.argv[1:]
    for section in SECTIONS:
        if not wanted or section.__name__ in wanted:
            print(f"// {section.__name__}")
            section()
