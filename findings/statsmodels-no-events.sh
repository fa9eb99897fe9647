#!/usr/bin/env bash
# statsmodels 0.15.0 gives intervals for "no events" that do not hold the rate that was seen.
#
# For 0 events in 10 units, `confint_poisson(0, 10, method="midp-c")` gives 0.2996 as lower and as upper limit; the lower one is even a
# little larger. `method="sqrt"` gives 0.0960 for both. `method="exact-c"` gives 0 to 0.3689.
#
# One would expect a lower limit of 0: a limit of a rate cannot lie above the rate that was observed. With one event both methods behave. No complaint in the period is the common case in the trend review of a device;
# the lower limit then seems to prove a rate well above zero.
#
# Use the exact interval, and set the lower limit to 0 where nothing was counted.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'statsmodels==0.15.0' 'scipy==1.17.1' 'numpy==2.4.6' 'pandas==2.3.3'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from statsmodels.stats.rates import confint_poisson

print("statsmodels", version("statsmodels"))
seen = {}
for method in ("exact-c", "midp-c", "sqrt"):
    for count in (0, 1):
        low, high = (float(value) for value in confint_poisson(count, 10, method=method))
        seen[method, count] = (low, high)
        print(f"{method:8} {count} in 10: {low:.12f} {high:.12f}")
assert seen["exact-c", 0][0] == 0 and abs(seen["exact-c", 0][1] - 0.368888) < 1e-5
low, high = seen["midp-c", 0]
assert abs(low - 0.299573) < 1e-5 and abs(high - 0.299573) < 1e-5 and low > high
low, high = seen["sqrt", 0]
assert low == high and abs(low - 0.096036) < 1e-5
assert all(seen[method, 1][0] < 0.1 < seen[method, 1][1] for method in ("exact-c", "midp-c", "sqrt"))
PY
