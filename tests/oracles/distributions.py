"""Oracle values for the tests of numbers of distributions.

Python 3.11, scikit-learn 1.9, statsmodels 0.15, scipy 1.17, numpy 2.4.

    python distributions.py
"""

import numpy as np
import statsmodels.api as sm
from sklearn import metrics

rows = [(0.9, 1), (0.8, 1), (0.7, 1), (0.55, 1), (0.4, 1), (0.6, 0), (0.5, 0), (0.45, 0), (0.3, 0), (0.3, 0), (0.1, 0)]
score, label = np.array([s for s, _ in rows]), np.array([y for _, y in rows])
print("auc", metrics.roc_auc_score(label, score))
print("average_precision", metrics.average_precision_score(label, score))
print("brier", metrics.brier_score_loss(label, score))
print("log_loss", metrics.log_loss(label, score))
logit = np.log(score / (1 - score))
binomial = sm.families.Binomial()
print("slope", sm.GLM(label, sm.add_constant(logit), family=binomial).fit(tol=1e-14, maxiter=200).params[1])
print("intercept", sm.GLM(label, np.ones((len(label), 1)), offset=logit, family=binomial).fit(tol=1e-14).params[0])
