"""Oracle values for the ends of a bias-corrected and accelerated interval, from given draws.

Python 3.11, scipy 1.17, numpy 2.4.

    python bootstrap.py
"""

import numpy as np
from scipy.stats import norm

draws = np.array([(7 * k % 101) ** 2 / 1000 for k in range(101)])
for estimate, acceleration, level in [(2.6, 0.0, 0.95), (2.0, 0.03, 0.95), (4.0, -0.05, 0.9), (2.5, 0.1, 0.8)]:
    bias = norm.ppf((np.sum(draws < estimate) + np.sum(draws == estimate) / 2) / len(draws))
    ends = []
    for tail in [(1 - level) / 2, (1 + level) / 2]:
        z = bias + norm.ppf(tail)
        ends.append(float(np.quantile(draws, norm.cdf(bias + z / (1 - acceleration * z)))))
    print(f"({estimate}, {acceleration}, {level}, {ends[0]!r}, {ends[1]!r}),")
