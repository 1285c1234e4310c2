"""Oracle values of uplifts by group and of their gaps.

Python 3.11, statsmodels 0.15.0, pandas. A linear model with an interaction of group and treatment, errors robust to
heteroscedasticity (HC0), over the randomised e-mail trial of Hillstrom (MineThatData 2008). Prints each uplift less that
of the reference, its error, and the error times sqrt(n / (n - 1)) as parytet has it.

    python uplift.py hillstrom_email.csv.gz
"""

import sys

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

log = pd.read_csv(sys.argv[1])
log["treated"] = (log.segment != "No E-Mail").astype(int)
model = smf.ols("visit ~ C(zip_code, Treatment('Urban')) * treated", data=log).fit(cov_type="HC0")
for name, slope in model.params.items():
    if ":treated" in name or name == "treated":
        print(name, repr(slope), repr(model.bse[name]))
for zip_code, people in log.groupby("zip_code"):
    fit = smf.ols("visit ~ treated", data=people).fit(cov_type="HC0")
    n = len(people)
    print(zip_code, n, repr(fit.params["treated"]), repr(fit.bse["treated"] * np.sqrt(n / (n - 1))))
pair = log[log.zip_code.isin(["Urban", "Rural"])]
fit = smf.ols("visit ~ C(zip_code, Treatment('Urban')) * treated", data=pair).fit(cov_type="HC0")
n = len(pair)
print("Rural - Urban", repr(fit.params.iloc[-1]), repr(fit.bse.iloc[-1] * np.sqrt(n / (n - 1))))
