#!/usr/bin/env bash
# great-expectations 1.24.1 on a pandas datetime column: the type of a bound that is given as text is guessed from its form.
# A plain date becomes a date, which pandas cannot compare with a time, so that the validation raises; the same date with a
# time becomes a datetime and passes; four digits become the number 2024.0 and raise. A suite in JSON can say it in text only.
# Seen: (date, raised), (datetime, passed), (2024.0, raised).
source "$(dirname "$0")/lib.bash"
install great-expectations==1.24.1 pandas==2.3.3
run <<'PY'
import os
os.environ.update(GX_ANALYTICS_ENABLED="false", TQDM_DISABLE="1")
import great_expectations as gx
import pandas as pd
frame = pd.DataFrame({"day": pd.to_datetime(["2024-03-01", "2025-03-01"])})
context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b").get_batch({"dataframe": frame})
def validated(bound):
    expectation = gx.expectations.ExpectColumnValuesToBeBetween(column="day", min_value=bound)
    result = batch.validate(expectation)
    raised = any(part.get("raised_exception") for part in result.exception_info.values() if isinstance(part, dict)) or result.exception_info.get("raised_exception", False)
    return expectation.min_value, bool(raised), result.success
seen = {bound: validated(bound) for bound in ("2024-01-01", "2024-01-01T00:00:00", "2024")}
for bound, (coerced, raised, success) in seen.items():
    print(bound, "->", repr(coerced), "raised" if raised else f"success {success}")
assert [type(coerced).__name__ for coerced, _, _ in seen.values()] == ["date", "datetime", "float"], seen
assert [(raised, success) for _, raised, success in seen.values()] == [(True, False), (False, True), (True, False)], seen
PY
