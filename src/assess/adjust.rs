//! Multiplicity: which p-values are of one hypothesis, and all hypotheses of the audit adjusted together.

use std::collections::BTreeMap;

use super::finding::{About, Finding, Status};
use crate::catalogue::Contrast;
use crate::inference::benjamini_hochberg::benjamini_hochberg;
use crate::inference::holm::holm;

/// Two numbers that differ by rounding alone.
fn alike(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
}

/// A tested hypothesis: its p-value, and the size of the gap by which it is known again.
struct Hypothesis {
    p: f64,
    gap: f64,
}

/// Adjusts every p-value by Holm and by Benjamini-Hochberg over the hypotheses of the audit; gives their number.
///
/// One hypothesis can be told in several ways, and is counted once: a gap and its ratio; a rate and its complement (false
/// negatives are the other side of true positives: the same gap with the other sign); rates per row and per person where
/// everybody has one row. They are known by the same people, the same p and the same size of gap.
pub(super) fn adjust(findings: &mut [Finding]) -> u64 {
    let mut hypotheses: Vec<Hypothesis> = Vec::new();
    let mut by_place: BTreeMap<(usize, usize, usize), Vec<usize>> = BTreeMap::new();
    // The hypothesis of each finding; a ratio stands right after its gap, a smallest ratio after its largest gap.
    let mut of_finding: Vec<Option<usize>> = Vec::with_capacity(findings.len());
    for finding in findings.iter() {
        let (Status::Ok, Some((_, p)), Some(estimate)) = (finding.status, &finding.test, finding.estimate) else {
            of_finding.push(None);
            continue;
        };
        let before = of_finding.last().copied().flatten();
        if matches!(finding.contrast, Contrast::Ratio | Contrast::MinRatio)
            && let Some(before) = before
            && alike(hypotheses[before].p, *p)
        {
            of_finding.push(Some(before));
            continue;
        }
        let (grouping, group) = match &finding.about {
            About::Everyone | About::Subgroup { .. } | About::Uncertain { .. } => (usize::MAX, 0),
            About::Group { grouping, group } => (*grouping, *group),
            // Several absent groups differ by their shares, and so by their gaps.
            About::Absent { grouping, .. } => (*grouping, usize::MAX - 1),
            About::Extremes { grouping, .. } => (*grouping, usize::MAX),
        };
        let here = by_place.entry((finding.outcome, grouping, group)).or_default();
        let gap = estimate.abs();
        let known = here
            .iter()
            .copied()
            .find(|h| alike(hypotheses[*h].p, *p) && alike(hypotheses[*h].gap, gap));
        let index = known.unwrap_or_else(|| {
            hypotheses.push(Hypothesis { p: *p, gap });
            here.push(hypotheses.len() - 1);
            hypotheses.len() - 1
        });
        of_finding.push(Some(index));
    }
    let p: Vec<f64> = hypotheses.iter().map(|h| h.p).collect();
    let (by_holm, by_bh) = (holm(&p), benjamini_hochberg(&p));
    for (finding, hypothesis) in findings.iter_mut().zip(of_finding) {
        finding.p_adjusted = hypothesis.map(|h| by_holm[h]);
        finding.p_bh = hypothesis.map(|h| by_bh[h]);
    }
    hypotheses.len() as u64
}
